"""The API's description as a page: drawn on the server from the schema, so it needs no script and nothing from afar."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from slaportal.api.repeating import HEADER
from slaportal.api.schema import INTRODUCTION, schema
from slaportal.pages.markdown import as_html
from slaportal.tenancy.access import needs
from slaportal.tenancy.models import Role

REF = "#/components/schemas/"
METHODS = ("get", "post", "put", "patch", "delete")


@needs(*Role)
@require_http_methods(["GET", "HEAD"])
def api_docs(request: HttpRequest) -> HttpResponse:
    """Every operation by area: what it takes and gives, and how it is called; then every shape."""
    return render(request, "api/docs.html", {"introduction": as_html(INTRODUCTION), **_reference()})


@cache
def _reference() -> dict[str, Any]:
    made = schema()
    areas: dict[str, list[dict[str, Any]]] = {}
    for path, item in made["paths"].items():
        for method in METHODS:
            if method in item:
                areas.setdefault(item[method]["tags"][0], []).append(_operation(path, method, item[method]))
    shapes = [
        {"name": name, "about": shape.get("description", ""), "fields": list(_fields(shape))}
        for name, shape in made["components"]["schemas"].items()
    ]
    return {"areas": list(areas.items()), "shapes": shapes}


def _operation(path: str, method: str, told: Mapping[str, Any]) -> dict[str, Any]:
    parameters = [
        {"name": p["name"], "where": p["in"], "about": p.get("description", ""), **_type(p["schema"])}
        for p in told.get("parameters", [])
    ]
    status, answer = next((code, said) for code, said in told["responses"].items() if code != "4XX")
    takes = _content(told.get("requestBody", {}))
    return {
        "id": told["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": told["summary"],
        "about": as_html(told.get("description", "")),
        "parameters": parameters,
        "takes": takes and _type(takes),
        "status": status,
        "gives": (given := _content(answer)) and _type(given),
        "calls": list(_calls(path, method, told)),
    }


def _content(told: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for media in told.get("content", {}).values():
        found: Mapping[str, Any] = media["schema"]
        return found
    return None


def _fields(shape: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, of in shape.get("properties", {}).items():
        needed = name in shape.get("required", ())
        yield {"name": name, "needed": needed, "about": of.get("description", ""), **_type(of)}


def _type(of: Mapping[str, Any]) -> dict[str, str]:
    """In words, and the shape that it names: `list of Segment`, `integer or null`."""
    if "$ref" in of:
        name = str(of["$ref"]).removeprefix(REF)
        return {"type": "", "shape": name}
    for several in ("oneOf", "allOf"):
        if several in of:
            first, nothing = _type(of[several][0]), len(of[several]) > 1
            return {**first, "type": f"{first['type']} or null".strip() if nothing else first["type"]}
    if of.get("type") == "array":
        inner = _type(of["items"])
        return {**inner, "type": f"list of {inner['type']}".strip()}
    kinds = of["type"] if isinstance(of.get("type"), list) else [of.get("type", "object")]
    said = " or ".join(of.get("format", kind) if kind == "string" else kind for kind in kinds)
    values = [json.dumps(value) for value in of.get("enum", ()) if value is not None]
    return {"type": f"{said}: {', '.join(values)}" if values else said, "shape": ""}


def _calls(path: str, method: str, told: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """How it is called from a shell, once for each example."""
    start = 'curl -H "Authorization: Bearer $TOKEN"'
    bodies = {}
    for media in told.get("requestBody", {}).get("content", {}).values():
        bodies = {example["summary"]: example["value"] for example in media.get("examples", {}).values()}
    if method == "get":
        yield {"title": "", "text": f"{start} {_url(path)}"}
    for title, body in bodies.items():
        sent = json.dumps(body, ensure_ascii=False).replace("'", "'\\''")
        lines = [f"{start} -X {method.upper()}", '-H "Content-Type: application/json"']
        if any(one["name"] == HEADER for one in told.get("parameters", ())):
            lines.append(f'-H "{HEADER}: $(uuidgen)"')
        lines += [f"-d '{sent}'", _url(path)]
        yield {"title": title, "text": " \\\n  ".join(lines)}


def _url(path: str) -> str:
    return f'"$PORTAL{path.replace("{", "$").replace("}", "")}"'
