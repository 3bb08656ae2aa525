"""Other people's Markdown as safe HTML: no raw HTML, no images, links that say where they lead and tell nobody."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_READER = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False}).enable("table").disable("image")
_TAGS = {
    "p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr", "table", "thead", "tbody",
    "tr", "th", "td", "h3", "h4",
}  # fmt: skip


def as_html(text: str) -> SafeString:
    """What stands in the text, as HTML that holds nothing of its own: headings become bold lines.

    Written by anybody: what is not in the list above is left out, addresses are http(s) and mailto alone.
    """
    html = nh3.clean(
        _READER.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style"},
    )
    return mark_safe(html)  # noqa: S308 - cleaned just above
