import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from connectid.core.on_postgresql import without_like_index


class Migration(migrations.Migration):

    dependencies = [
        ('signin', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='consent',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='consents', to=settings.AUTH_USER_MODEL),
        ),
        without_like_index('signin_signin', 'key_digest', 'signin_signin_key_digest_aa8e2d99_like'),
    ]
