"""The operations of the OpenAPI document."""

import json

from ai_module_runtime.http.operations import operation_of
from ai_module_runtime.modules.manifest import ModuleMetadata


def test_types_that_are_called_as_those_of_the_runtime_keep_their_names() -> None:
    # The tests of the Node runtime have the same manifest.
    manifest = ModuleMetadata.model_validate(
        {
            "name": "invoices",
            "version": "1.0.0",
            "description": "Reads invoices.",
            "author": "Ada Lovelace",
            "class_name": "InvoicesModule",
            "types": {"Result": {"type": "object", "properties": {"total": {"type": "integer"}}}},
            "output": {"type": "object", "properties": {"result": {"$ref": "#/types/Result"}}},
            "endpoints": ["GET /result/{job_id}"],
        }
    )
    (endpoint,) = manifest.declared_endpoints.values()
    (text,) = operation_of(manifest, endpoint).values()
    components = json.loads(text)["components"]
    assert sorted(components) == ["InvoicesModuleResult", "InvoicesOutput", "InvoicesResult"]
    assert components["InvoicesResult"]["properties"]["total"]["type"] == "integer"
    assert '"#/components/schemas/InvoicesModuleResult"' in text
