"""Who sees jobs: the provider's staff; customers and other providers not; the platform keys and marks only."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from slaportal.jobs.access import get_job_for
from slaportal.jobs.models import Job
from slaportal.refusal import Refusal
from slaportal.tenancy.scope import PLATFORM, scope
from tests.conftest import Login
from tests.jobs.kinds_of_tests import begin
from tests.world import World


def test_staff_see_their_own_and_customers_none(world: World) -> None:
    job = begin(world, "admin", "test_counting", until=1)
    with world.inside("lead"):
        assert get_job_for(world.members["lead"], job.pk).pk == job.pk
    with world.inside("cora"), pytest.raises(Refusal) as refused:
        get_job_for(world.members["cora"], job.pk)
    assert refused.value.status == 404
    with world.inside("ann"):
        with pytest.raises(Refusal):
            get_job_for(world.members["ann"], job.pk)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            list(Job.objects.all())


def test_the_platform_reads_no_contents(world: World, as_login: Login) -> None:
    begin(world, "admin", "test_counting", until=1)
    with as_login("portal_jobs"), scope(PLATFORM):
        assert Job.objects.values_list("pk", "provider_id", "state").count() == 1
        for hidden in ("title", "arguments", "result", "cursor", "error"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                list(Job.objects.values_list(hidden))


def test_a_job_cannot_be_started_by_a_member_of_another_provider(world: World) -> None:
    with pytest.raises(IntegrityError), world.inside("admin"):
        Job.objects.create(
            provider=world.providers["p1"], kind="test_counting", title="x", started_by=world.members["cora"]
        )
