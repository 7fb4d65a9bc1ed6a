from django.db import migrations

from connectid.core.on_postgresql import tuned


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0002_with_broker_since'),
    ]

    operations = [
        tuned('jobs_job', autovacuum_vacuum_scale_factor=0.0, autovacuum_vacuum_threshold=1000, autovacuum_vacuum_cost_delay=0),
    ]
