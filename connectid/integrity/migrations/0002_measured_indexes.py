from django.db import migrations

from connectid.core.on_postgresql import without_like_index


class Migration(migrations.Migration):

    dependencies = [
        ('integrity', '0001_initial'),
    ]

    operations = [
        without_like_index('integrity_integrityreport', 'request_id', 'integrity_integrityreport_request_id_c4ff5686_like'),
        without_like_index('integrity_seentoken', 'digest', 'integrity_seentoken_digest_96cffdc4_like'),
    ]
