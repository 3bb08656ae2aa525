"""The API's description, OpenAPI 3.1: what the operations declare, and what holds for all of them."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

INTRODUCTION = """\
What a person can do on the pages, a program can do here, with the same refusals: a customer's token sees what the
customer sees, an agent's what the agent does.

- **Signing in**: `Authorization: Bearer slap_...`. Tokens are made on the page *API tokens*; they may be read-only,
  limited to scopes, and end.
- **Values**: instants are ISO 8601 in UTC (`2026-03-13T21:00:00Z`; send any offset), durations decimals of seconds as
  text (`"9000"`, `"0.25"`), amounts and percentages decimals as text. An unknown field is refused by name.
- **Errors**: `code` never changes, `message` is for people, `fields` names what is wrong, `reference` is what to tell
  us. What is another's and what is not there are the same 404.
- **Lists**: `items` and `next`; send `next` as `cursor` to go on.
- **Sending again**: with an `Idempotency-Key` a call acts once. 409 with `Retry-After` while the first is being worked
  on, 422 for the key with another call. An answer of 400 and above changed nothing and is not kept.
- **Editing together**: `ETag` of what was read as `If-Match`; 412 if it has changed since.
- **Rate**: `RateLimit-Limit`, `-Remaining`, `-Reset` with every answer; 429 with `Retry-After` beyond it.
"""
_RATE = {
    "RateLimit-Limit": "Calls a minute.",
    "RateLimit-Remaining": "Calls left just now.",
    "RateLimit-Reset": "Seconds until all are left again.",
}


class Bearer(OpenApiAuthenticationExtension):
    """The two ways to say who calls."""

    target_class = "slaportal.api.caller.Resolved"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: Any) -> Any:
        """A token, or the session of a browser with its CSRF token in X-CSRFToken."""
        cookie = {"type": "apiKey", "in": "cookie", "name": "session"}
        return [{"type": "http", "scheme": "bearer"}, cookie]

    def get_security_requirement(self, auto_schema: Any) -> Any:
        """One of the two is enough."""
        return [{name: []} for name in self.name]


def close_shapes(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Nothing but what is declared goes in and out; every answer may carry how much is left to call."""
    result["info"]["description"] = INTRODUCTION
    for schema in result.get("components", {}).get("schemas", {}).values():
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
    headers = {name: {"schema": {"type": "integer"}, "description": said} for name, said in _RATE.items()}
    for path in result["paths"].values():
        for operation in path.values():
            for status, response in operation.get("responses", {}).items():
                if status != "4XX":
                    response["headers"] = {**headers, **response.get("headers", {})}
    return result


@cache
def schema() -> dict[str, Any]:
    """The whole description, made once in a process, in English."""
    with override("en"):
        made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


@cache
def schema_text() -> str:
    """The same as YAML, as it is checked in at docs/openapi.yaml."""
    return bytes(OpenApiYamlRenderer().render(schema(), renderer_context={})).decode()


@cache
def _schema_json() -> bytes:
    return bytes(OpenApiJsonRenderer().render(schema(), renderer_context={}))


@require_safe
def api_schema(request: HttpRequest) -> HttpResponse:
    """The description as YAML; as JSON to whoever accepts that and not YAML. For everybody: it holds no contents."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(_schema_json(), content_type="application/vnd.oai.openapi+json")
    return HttpResponse(schema_text(), content_type="application/vnd.oai.openapi; charset=utf-8")
