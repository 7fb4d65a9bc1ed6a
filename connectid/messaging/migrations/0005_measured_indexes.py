import django.db.models.deletion
from django.db import migrations, models

from connectid.core.on_postgresql import tuned


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0004_partner_health'),
    ]

    operations = [
        migrations.AlterField(
            model_name='channel',
            name='server',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='channels', to='messaging.messageserver'),
        ),
        tuned('messaging_message', fillfactor=90, autovacuum_vacuum_scale_factor=0.02),
        tuned('messaging_channel', fillfactor=90),
        tuned('messaging_callback', autovacuum_vacuum_scale_factor=0.0, autovacuum_vacuum_threshold=5000),
    ]
