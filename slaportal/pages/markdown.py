"""Other people's Markdown as safe HTML: no raw HTML, no images, links that say where they lead and tell nobody."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, emphasis

_READER = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False}).enable("table")
# A backslash stays and an underscore emphasizes nothing: what desks read is full of paths and names_like_this.
_READER.disable(["image", "escape"])
_TAGS = {
    "p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr", "table", "thead", "tbody",
    "tr", "th", "td", "h3", "h4",
}  # fmt: skip


def _by_stars(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - as the library calls it
    return state.src[state.pos] != "_" and emphasis.tokenize(state, silent)


_READER.inline.ruler.at("emphasis", _by_stars)


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
