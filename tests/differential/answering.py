"""Requests answered with our engine, in the form of the Go program beside this (`realgo/main.go`)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from launcher_k8s.errors import TemplateRenderError, TemplateSyntaxError
from launcher_k8s.templates.functions import (
    go_functions,
    helm_functions,
    launcher_functions,
    sprig_functions,
)
from launcher_k8s.templates.gojson.encoding import marshal
from launcher_k8s.templates.gotemplate.engine import Engine
from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.govalues.values import GoError, Int64
from launcher_k8s.templates.yaml.reading import read_yaml
from tests.differential.effects import RequestEffects

FUNCTIONS: Final[Mapping[str, Callable[[], Mapping[str, Function]]]] = {
    "": launcher_functions,
    "launcher": launcher_functions,
    "helm": helm_functions,
    "sprig": sprig_functions,
    "go": go_functions,
}
_INT64: Final = range(-(1 << 63), 1 << 63)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
Answer = dict[str, Any]


def answer_line(line: str) -> str:
    """One line of JSON for another."""
    try:
        request = json.loads(line)
    except ValueError as error:
        return json.dumps({"err": str(error), "stage": "request"})
    return _SURROGATES.sub("\ufffd", json.dumps(answer(request), ensure_ascii=False))


def answer(request: Mapping[str, Any]) -> Answer:
    """Render one request's template."""
    told = {"id": request["id"]} if "id" in request else {}
    try:
        data = _data(request)
    except GoError as error:
        return {**told, "err": str(error), "stage": "data"}
    name = request.get("name") or "job.tpl"
    try:
        compiled = _engine(request).compile(_texts(request, name))
    except TemplateSyntaxError as error:
        return {**told, "err": error.message, "stage": "parse"}
    try:
        text = compiled.render(name, data)
    except TemplateRenderError as error:
        return {**told, "err": error.message, "stage": "exec", "partial": error.partial}
    if request.get("helmNoValue"):
        text = text.replace("<no value>", "")
    objects = _object(text) if request.get("post") == "yaml" else {}
    return {**told, "out": text, **objects}


def _engine(request: Mapping[str, Any]) -> Engine:
    left, right = request.get("delims") or ("", "")
    return Engine(
        FUNCTIONS[request.get("funcs") or ""](),
        RequestEffects(request.get("exec") or {}, request.get("groups") or {}),
        missing=request.get("missingkey") or "default",
        left=left or "{{",
        right=right or "}}",
    )


def _texts(request: Mapping[str, Any], name: str) -> dict[str, str]:
    """The files in the order in which the Go program reads them: the template itself is last."""
    texts = dict(sorted((request.get("templates") or {}).items()))
    texts.pop(name, None)
    return {**texts, name: request["template"]}


def _data(request: Mapping[str, Any]) -> Any:
    if request.get("dataYaml"):
        return _typed(read_yaml(request["dataYaml"]), "float64")
    return _typed(request.get("data"), request.get("nums") or "int")


def _typed(value: Any, numbers: str) -> Any:
    """JSON's numbers as the Go types that the request asks for."""
    if isinstance(value, dict):
        return {key: _typed(item, numbers) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item, numbers) for item in value]
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    if numbers == "float64" or value not in _INT64:
        return float(value)
    return Int64(value) if numbers == "int64" else value


def _object(text: str) -> Answer:
    """The output as Kubernetes reads it."""
    try:
        return {"obj": json.loads(marshal(_typed(read_yaml(text), "float64")))}
    except GoError as error:
        return {"objErr": f"error converting YAML to JSON: {error}"}
