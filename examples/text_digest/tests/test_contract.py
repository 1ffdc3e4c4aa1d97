"""The manifest and the code agree. Change the manifest, then run `create-ai-module update`."""

from ai_module_runtime.testing import describe_contract

TestContract = describe_contract("text_digest")
