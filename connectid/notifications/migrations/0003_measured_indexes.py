from django.db import migrations

from connectid.core.on_postgresql import tuned


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0002_reminders'),
    ]

    operations = [
        tuned('notifications_notification', autovacuum_vacuum_scale_factor=0.02, autovacuum_analyze_scale_factor=0.02),
    ]
