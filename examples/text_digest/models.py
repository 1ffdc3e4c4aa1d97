"""The module's own tables. There are none yet: jobs and results are in tables of the runtime.

Declare a table as a class, then run `python -m app.migrate text_digest "what changed"`, or in an attached application
`python -m ai_module_runtime migrate <attachment> text_digest "what changed"`:

    class TextDigestNote(SQLModel, table=True):
        __tablename__ = "text_digest_notes"

        id: int | None = Field(default=None, primary_key=True)
        text: str
"""
