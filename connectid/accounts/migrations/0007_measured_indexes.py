from django.db import migrations

from connectid.core.on_postgresql import without_like_index


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_backup_code_tried_at'),
    ]

    operations = [
        without_like_index('accounts_account', 'username', 'accounts_account_username_b5f69a28_like'),
    ]
