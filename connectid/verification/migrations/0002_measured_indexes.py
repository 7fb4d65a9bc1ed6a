from django.db import migrations

from connectid.core.on_postgresql import tuned


class Migration(migrations.Migration):

    dependencies = [
        ('verification', '0001_initial'),
    ]

    operations = [
        tuned('verification_challenge', fillfactor=80, autovacuum_vacuum_scale_factor=0.05),
        tuned('verification_counter', autovacuum_vacuum_scale_factor=0.02),
    ]
