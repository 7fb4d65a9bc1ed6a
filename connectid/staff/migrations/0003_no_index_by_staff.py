"""No statement looks for entries by staff alone; the trail's search asks for staff, target or action at once."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_never_changed")]

    operations = [migrations.RemoveIndex(model_name="auditentry", name="audit_by_staff")]
