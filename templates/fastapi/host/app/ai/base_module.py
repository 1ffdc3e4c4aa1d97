"""What modules inherit from."""

from ai_module_runtime import BaseAIModule, JobModule, ModuleHealth, ModuleMetadata

__all__ = ["BaseAIModule", "JobModule", "ModuleHealth", "ModuleMetadata"]
