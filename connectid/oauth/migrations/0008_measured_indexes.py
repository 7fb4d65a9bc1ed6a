from django.db import migrations

from connectid.core.on_postgresql import tuned, without_like_index


class Migration(migrations.Migration):

    dependencies = [
        ('oauth', '0007_previous_client_secret'),
    ]

    operations = [
        without_like_index('oauth_browsersession', 'key_digest', 'oauth_browsersession_key_digest_05a7b43f_like'),
        tuned('oauth_accesstoken', autovacuum_vacuum_scale_factor=0.05),
        tuned('oauth_refreshtoken', fillfactor=90, autovacuum_vacuum_scale_factor=0.05),
    ]
