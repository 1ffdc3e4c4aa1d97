"""An application that hosts AI modules."""
