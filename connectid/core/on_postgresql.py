"""Migrations that tune PostgreSQL and mean nothing to SQLite."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunSQL
from django.db.migrations.state import ProjectState


class OnPostgreSQL(RunSQL):
    """Runs its statements on PostgreSQL only."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Run them."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Undo them."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def without_like_index(table: str, column: str, name: str) -> OnPostgreSQL:
    """Drop the second index that Django gives a unique text column, for LIKE: nobody asks for the beginning of a digest."""
    return OnPostgreSQL(
        f"DROP INDEX IF EXISTS {name}",
        reverse_sql=f"CREATE INDEX {name} ON {table} ({column} varchar_pattern_ops)",
    )


def tuned(table: str, **parameters: float) -> OnPostgreSQL:
    """Set storage parameters of a table. Pages that are written already keep their fill."""
    named = ", ".join(f"{name} = {value}" for name, value in parameters.items())
    return OnPostgreSQL(
        f"ALTER TABLE {table} SET ({named})",
        reverse_sql=f"ALTER TABLE {table} RESET ({', '.join(parameters)})",
    )
