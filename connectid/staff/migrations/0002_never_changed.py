"""On PostgreSQL, refuse to change or delete audit entries, whoever asks. TRUNCATE, which tests use, needs the table's owner."""

from django.db import migrations

GUARD = """
CREATE FUNCTION staff_auditentry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are never changed or deleted';
END $$;
CREATE TRIGGER staff_auditentry_guard BEFORE UPDATE OR DELETE ON staff_auditentry
  FOR EACH STATEMENT EXECUTE FUNCTION staff_auditentry_refuse();
"""

UNGUARD = """
DROP TRIGGER staff_auditentry_guard ON staff_auditentry;
DROP FUNCTION staff_auditentry_refuse();
"""


def run(sql):
    def act(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql, params=None)

    return act


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_audit_trail")]

    operations = [migrations.RunPython(run(GUARD), run(UNGUARD))]
