/** A Python program that prints the tables of a SQLite database of version 0.1, in the form of `export-data.ts`. */
export const printSqlite = String.raw`
import json, sqlite3, sys
from contextlib import closing
from pathlib import Path

data = Path(sys.argv[1])

def text(value):
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return value if value is None or isinstance(value, str) else repr(value)

def quoted(name):
    return '"' + name.replace('"', '""') + '"'

def tables(database):
    names = "select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name"
    for (name,) in database.execute(names).fetchall():
        columns = [row[1] for row in database.execute(f"pragma table_info({quoted(name)})")]
        # Not the host's own tables, and not the revisions of migrations.
        if name not in ("module_starts", "test_events") and columns != ["version_num"]:
            yield name, columns

def show(value):
    print(json.dumps(value), flush=True)

with closing(sqlite3.connect(data / "host.lock", timeout=0)) as lock:
    try:
        lock.execute("begin exclusive")
    except sqlite3.OperationalError:
        sys.exit("the host is running. Stop it")
    with closing(sqlite3.connect(data / "app.db")) as database:
        found = list(tables(database))
        show({"tables": [name for name, _ in found]})
        for name, columns in found:
            rows = database.execute(f"select {', '.join(map(quoted, columns))} from {quoted(name)}")
            while batch := rows.fetchmany(200):
                show({"table": name, "columns": columns, "rows": [[text(value) for value in row] for row in batch]})
`;
