"""A provider's colour and logo: who changes them, what is refused, what is served to whom and with which headers."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from slaportal.audit.models import Event
from slaportal.outbox.models import Message
from slaportal.people.actions.brand import ColourFaint, remove_logo, set_colour, set_logo
from slaportal.people.actions.invitations import invite
from slaportal.people.brand import stylesheet_of
from slaportal.people.contrast import LIGHT, faintest, is_readable, ratio_in_words, shades_of
from slaportal.people.models import Logo
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Provider
from tests.pictures import opened, picture
from tests.world import World

GREEN, FAINT = "#0a6b4f", "#ffd24d"


def provider(world: World) -> Provider:
    with world.inside("admin"):
        return Provider.objects.get()


def acts(world: World) -> list[str]:
    with world.inside("admin"):
        return list(Event.objects.order_by("pk").values_list("action", flat=True))


def send(client: Client, data: bytes, name: str = "logo.png") -> int:
    return client.post(reverse("provider_logo"), {"logo": SimpleUploadedFile(name, data)}).status_code


def has_logo(world: World) -> None:
    with world.inside("admin"):
        set_logo(world.providers["p1"], picture(), actor=world.members["admin"], at=timezone.now())


def test_the_colour_is_on_the_pages_of_staff_and_customers(world: World) -> None:
    assert world.client("admin").post(reverse("provider_colour"), {"colour": " #0A6B4F "}).status_code == 302
    assert provider(world).colour == GREEN
    for who in ("agent", "amy"):
        client = world.client(who)
        found = re.search(r'<link rel="stylesheet" href="(/brand\.css\?v=\w+)">', client.get("/").content.decode())
        assert found
        sheet = client.get(found[1])
        assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
        assert f"--accent: {GREEN}; --act: {GREEN};" in sheet.content.decode()
        assert f"[data-bs-theme=dark] {{ --accent: {shades_of(GREEN).link_dark};" in sheet.content.decode()
    assert "brand.css" not in world.client("cora").get("/").content.decode()


def test_one_that_cannot_be_read_comes_back_with_the_nearest_that_can(world: World) -> None:
    client = world.client("admin")
    answer = client.post(reverse("provider_colour"), {"colour": FAINT})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{FAINT}"' in page
    assert f"hard to read on light pages: {ratio_in_words(faintest(FAINT, LIGHT))} : 1" in page
    found = re.search(r'name="colour" value="(#[0-9a-f]{6})"\s*>\s*<svg', page)
    assert found
    assert is_readable(found[1])
    # The field and the button have the same name: what is pressed comes last and counts.
    assert client.post(reverse("provider_colour"), {"colour": [FAINT, found[1]]}).status_code == 302
    assert provider(world).colour == found[1]


@pytest.mark.parametrize("colour", ["green", "#0a6", "#0a6b4", "0a6b4f0", "#0a6b4g", "red;}a{", "#٠٠٠٠٠٠"])
def test_what_is_no_colour_is_refused_and_kept_in_the_form(world: World, colour: str) -> None:
    answer = world.client("admin").post(reverse("provider_colour"), {"colour": colour})
    assert answer.status_code == 422
    assert "six digits" in answer.content.decode()
    assert provider(world).colour == ""


def test_refusals_have_codes(world: World) -> None:
    admin = world.members["admin"]
    with world.inside("admin"):
        with pytest.raises(Refusal) as unknown:
            set_colour(world.providers["p1"], "blue", actor=admin)
        with pytest.raises(ColourFaint) as faint:
            set_colour(world.providers["p1"], FAINT, actor=admin)
    assert (unknown.value.code, faint.value.code) == ("colour_unknown", "colour_faint")
    assert is_readable(faint.value.nearest)


def test_the_portal_s_own_colours_come_back(world: World) -> None:
    client = world.client("admin")
    client.post(reverse("provider_colour"), {"colour": GREEN})
    assert client.post(reverse("provider_colour"), {"colour": ""}).status_code == 302
    assert provider(world).colour == ""
    assert "--act" not in client.get(reverse("brand_css")).content.decode()


def test_what_changes_nothing_leaves_no_trace(world: World) -> None:
    admin, p1 = world.members["admin"], world.providers["p1"]
    with world.inside("admin"):
        set_colour(p1, "", actor=admin)
        remove_logo(p1, actor=admin)
    assert acts(world) == []
    for _ in range(2):
        has_logo(world)
        with world.inside("admin"):
            set_colour(p1, GREEN, actor=admin)
    assert acts(world) == ["provider_logo_changed", "provider_colour_changed"]


def test_the_audit_says_it_in_words(world: World) -> None:
    has_logo(world)
    with world.inside("admin"):
        set_colour(world.providers["p1"], GREEN, actor=world.members["admin"])
        remove_logo(world.providers["p1"], actor=world.members["admin"])
    page = world.client("admin").get(reverse("audit")).content.decode()
    for said in ("Logo of the provider changed", "Logo of the provider removed", "Colour of the provider changed"):
        assert said in page
    assert "Fingerprint of the picture" in page


def test_a_logo_stands_in_the_bar_of_staff_and_customers(world: World) -> None:
    assert send(world.client("admin"), picture((512, 256), kind="WEBP"), "brand.webp") == 302
    digest = provider(world).logo_digest
    for who in ("agent", "amy"):
        client = world.client(who)
        found = re.search(r'<img class="logo" src="([^"]+)" alt="">', client.get("/").content.decode())
        assert found
        assert found[1] == f"/brand/logo.png?v={digest[:16]}"
        served = client.get(found[1])
        assert opened(served.content).size == (256, 128)
    assert 'class="logo"' not in world.client("cora").get("/").content.decode()
    assert world.client("cora").get(reverse("brand_logo")).status_code == 404


def test_it_is_served_so_that_a_browser_makes_nothing_else_of_it(world: World) -> None:
    has_logo(world)
    served = world.client("amy").get(reverse("brand_logo"))
    assert served.headers["Content-Type"] == "image/png"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "default-src 'none'" in served.headers["Content-Security-Policy"]


@pytest.mark.parametrize("route", ["brand_css", "brand_logo"])
def test_a_browser_keeps_it_under_the_address_that_names_it(world: World, route: str) -> None:
    has_logo(world)
    with world.inside("admin"):
        set_colour(world.providers["p1"], GREEN, actor=world.members["admin"])
    client = world.client("amy")
    plain = client.get(reverse(route))
    tag = plain.headers["ETag"]
    assert plain.headers["Cache-Control"] == "private, no-cache"
    assert client.get(reverse(route), {"v": "other"}).headers["Cache-Control"] == "private, no-cache"
    named = client.get(reverse(route), {"v": tag.strip('"')})
    assert named.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    again = client.get(reverse(route), headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_another_picture_or_colour_has_another_address(world: World) -> None:
    has_logo(world)
    before = provider(world).logo_digest
    assert send(world.client("admin"), picture(colour="#aa0000")) == 302
    assert provider(world).logo_digest != before
    assert stylesheet_of(GREEN).digest != stylesheet_of("#aa0000").digest
    with world.inside("admin"):
        assert Logo.objects.count() == 1


@pytest.mark.parametrize("data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture(kind="GIF")])
def test_what_is_no_picture_is_refused_on_the_page(world: World, data: bytes) -> None:
    has_logo(world)
    before = provider(world).logo_digest
    client = world.client("admin")
    answer = client.post(reverse("provider_logo"), {"logo": SimpleUploadedFile("logo.png", data, "image/png")})
    assert answer.status_code == 422
    assert "send a PNG, JPEG or WebP" in answer.content.decode()
    assert provider(world).logo_digest == before


def test_without_a_file_it_says_so(world: World) -> None:
    answer = world.client("admin").post(reverse("provider_logo"), {})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()


def test_removed_the_initial_stands_there_again(world: World) -> None:
    has_logo(world)
    client = world.client("admin")
    assert client.post(reverse("provider_logo_remove")).status_code == 302
    page = client.get(reverse("provider")).content.decode()
    assert '<span class="mark" aria-hidden="true">C</span>' in page
    assert "Remove the logo" not in page
    assert client.get(reverse("brand_logo")).status_code == 404


def test_others_than_administrators_change_neither(world: World) -> None:
    for who in ("agent", "lead", "amy", "ann"):
        client = world.client(who)
        assert client.post(reverse("provider_colour"), {"colour": GREEN}).status_code == 403
        assert send(client, picture()) == 403
    assert (provider(world).colour, provider(world).logo_digest) == ("", "")


def test_a_page_asks_the_database_no_more_for_it(world: World) -> None:
    client = world.client("agent")
    client.get(reverse("people"))
    before = queries_of(client)
    has_logo(world)
    world.client("admin").post(reverse("provider_colour"), {"colour": GREEN})
    assert queries_of(client) == before


def queries_of(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("people")).status_code == 200
    return len(queries)


def test_who_must_still_set_up_a_second_factor_sees_the_looks(world: World) -> None:
    has_logo(world)
    world.client("admin").post(reverse("provider"), {"name": "New name", "mfa_required": "on"})
    client = world.client("agent")
    assert client.get(reverse("people")).status_code == 302
    assert client.get(reverse("brand_logo")).status_code == 200
    assert client.get(reverse("brand_css")).status_code == 200


@pytest.mark.parametrize("colour", ["", GREEN])
def test_mails_have_the_colour(world: World, colour: str) -> None:
    admin, now = world.members["admin"], timezone.now()
    with world.inside("admin"):
        set_colour(world.providers["p1"], colour, actor=admin)
        invite("x@x.test", "agent", provider=Provider.objects.get(), tenant=None, actor=admin, at=now)
        html = Message.objects.get().html
    link, dark = (colour, shades_of(colour).link_dark) if colour else ("#1d5fd0", "#8ab6ff")
    assert f"a {{ color: {link}; }}" in html
    assert f"a {{ color: {dark}; }}" in html
    assert ("#1d5fd0" in html) == (colour == "")
