from django.conf import settings
from django.db import migrations, models

from connectid.core.on_postgresql import tuned, without_like_index


class Migration(migrations.Migration):

    dependencies = [
        ('devices', '0005_pruning_by_age'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='pushregistration',
            index=models.Index(condition=models.Q(('ended_at__isnull', False), models.Q(('token', ''), _negated=True)), fields=['ended_at'], name='ended_pushes_with_address'),
        ),
        without_like_index('devices_device', 'credential_digest', 'devices_device_credential_digest_e4b80d15_like'),
        tuned('devices_device', fillfactor=85, autovacuum_vacuum_scale_factor=0.05),
        tuned('devices_pushregistration', fillfactor=85, autovacuum_vacuum_scale_factor=0.05),
    ]
