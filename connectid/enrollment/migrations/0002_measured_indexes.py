from django.db import migrations

from connectid.core.on_postgresql import without_like_index


class Migration(migrations.Migration):

    dependencies = [
        ('enrollment', '0001_initial'),
    ]

    operations = [
        without_like_index('enrollment_enrollmentsession', 'key_digest', 'enrollment_enrollmentsession_key_digest_0669dbf4_like'),
    ]
