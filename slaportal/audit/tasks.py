"""What the workers do for the audit: seal every few seconds, publish the heads every day."""

import structlog
from celery import shared_task
from django.db import IntegrityError

from slaportal.audit.models import Head
from slaportal.audit.sealing import providers_to_seal, seal_provider
from slaportal.tenancy.task import PortalTask

log = structlog.get_logger(__name__)


@shared_task(base=PortalTask, plane="itself")
def seal() -> None:
    """Everything that waits, provider by provider, a transaction for each batch.

    A chain that was tampered with (its head is gone, its numbers are taken) stops neither the others nor the worker.
    """
    for provider_id in providers_to_seal():
        try:
            sealed = seal_provider(provider_id)
        except (IntegrityError, RuntimeError):
            log.exception("audit_not_sealed", provider_id=provider_id)
        else:
            log.debug("audit_sealed", provider_id=provider_id, entries=sealed)


@shared_task(base=PortalTask, plane="platform")
def publish_heads() -> None:
    """Into the log, out of the database's reach: who rewrites the whole chain later cannot rewrite these lines."""
    for provider_id, number, digest in Head.objects.order_by("provider_id").values_list(
        "provider_id", "number", "digest"
    ):
        log.info("audit_head", provider_id=provider_id, number=number, digest=digest)
