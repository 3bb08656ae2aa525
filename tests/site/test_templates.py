"""What holds for every template: words go through gettext, and nothing stands in it that the strict CSP would stop."""

import re
from pathlib import Path

import pytest
from django import forms
from django.template.loader import render_to_string
from pytest_django import Settings

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
ALL = sorted([*PAGES, *TEMPLATES.rglob("*.txt")])

# Names of things are the same in every language.
NAMES = {"Android", "Chrome", "Edge", "Firefox", "iOS", "Linux", "macOS", "Opera", "Safari", "Windows"}
SPOKEN = re.compile(r"""(?<![\w:-])(?:title|alt|placeholder|aria-label|label|help|sentence|act)="([^"]*)\"""")

NOT_TEXT = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"\{#.*?#\}",
        r"\{% comment %\}.*?\{% endcomment %\}",
        r"\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}",
        r"\{%.*?%\}",
        r"\{\{.*?\}\}",
        r"\bhx-[a-z-]+='[^']*'",
    )
]
NOT_SHOWN = [re.compile(p, re.DOTALL | re.IGNORECASE) for p in (r"<(script|style)\b.*?</\1>", r"<[^<>]*>", r"&#?\w+;")]


@pytest.fixture(autouse=True)
def _files_by_their_names(settings: Settings) -> None:
    """Pages are read here, not served: no manifest of collected files is needed."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def untranslated(source: str) -> list[str]:
    """The words of a template that stand outside the tags of gettext, as far as a regexp can tell."""
    for pattern in NOT_TEXT:
        source = pattern.sub(" ", source)
    spoken = " ".join(SPOKEN.findall(source))
    for pattern in NOT_SHOWN:
        source = pattern.sub(" ", source)
    return [word for word in re.findall(r"[^\W\d_]{2,}", f"{source} {spoken}") if word not in NAMES]


@pytest.mark.parametrize("template", ALL, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_all_words_go_through_gettext(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    assert untranslated(source) == []
    if re.search(r"\{% (?:blocktrans|trans)", source):
        assert re.search(r"\{% load [^%]*\bi18n\b", source)


def test_bare_words_are_found() -> None:
    assert untranslated('<p title="Late">{{ due }} {% if x %}days{% endif %}</p>') == ["days", "Late"]
    assert (
        untranslated('<p title="{% translate "Late" %}">{% blocktranslate %}in {{ n }} days{% endblocktranslate %}')
        == []
    )


@pytest.mark.parametrize("template", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_nothing_inline_for_the_browser_to_run_or_draw(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    assert not re.search(r"<[a-z][^<>]*\sstyle\s*=", source, re.IGNORECASE)
    assert not re.search(r"<[a-z][^<>]*\s(?:on[a-z]+|hx-on[:a-z-]*)\s*=", source, re.IGNORECASE)
    assert "javascript:" not in source
    if "mail" not in template.relative_to(TEMPLATES).parts:  # a mail brings its styles along; no CSP guards it
        assert "<style" not in source
    for opening in re.findall(r"<script\b[^>]*>", source):
        # Data is not run, so it needs no permission.
        assert re.search(r'\ssrc="|nonce="|type="application/json"', opening), opening


def test_the_error_page_needs_nothing_but_its_words() -> None:
    words = {"status": 500, "title": "This went wrong", "message": "Not your fault.", "what_now": "Try again."}
    page = render_to_string("site/error.html", {**words, "reference": "7f3a-19c2"})
    assert "<h1>This went wrong</h1>" in page
    assert "7f3a-19c2" in page
    assert "<title>This went wrong · SLA Portal</title>" in page


class SignIn(forms.Form):
    """A form with each thing that a field can have."""

    email = forms.EmailField(help_text="Where mail reaches you.")
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    kinds = forms.MultipleChoiceField(choices=[("a", "One")], widget=forms.CheckboxSelectMultiple, required=False)
    stay = forms.BooleanField(required=False)


def test_a_field_is_tied_to_its_label_its_help_and_its_error() -> None:
    page = str(SignIn({"email": "nobody", "password": "x"}))
    field = re.search(r"<input[^>]*name=\"email\"[^>]*>", page)
    assert field
    assert 'class="form-control"' in field[0]
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="id_email_helptext id_email_error"' in field[0]
    for part in ('<label for="id_email"', 'id="id_email_helptext"', 'id="id_email_error"'):
        assert part in page
    # One fault: its field gets the focus, no summary repeats it.
    assert "data-errors" not in page


def test_two_faults_are_summed_up_with_ways_to_their_fields() -> None:
    page = str(SignIn({}))
    assert "data-errors" in page
    assert 'href="#id_email"' in page
    assert 'href="#id_password"' in page


def test_password_managers_are_welcome() -> None:
    page = str(SignIn())
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page
