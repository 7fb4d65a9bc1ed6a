from django.db import migrations

from connectid.core.on_postgresql import without_like_index


class Migration(migrations.Migration):

    dependencies = [
        ('recovery', '0001_recovery_sessions'),
    ]

    operations = [
        without_like_index('recovery_recoverysession', 'secret_digest', 'recovery_recoverysession_secret_digest_6edc82ac_like'),
    ]
