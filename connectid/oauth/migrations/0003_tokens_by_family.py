"""The tables of tokens anew: nothing was ever written to them."""

import uuid

import django.db.models.deletion
import oauth2_provider.models
from django.conf import settings
from django.db import migrations, models

import connectid.core.clock


class Migration(migrations.Migration):

    dependencies = [
        ('oauth', '0002_signing_keys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField(model_name='client', name='algorithm'),
        migrations.RemoveField(model_name='accesstoken', name='source_refresh_token'),
        migrations.DeleteModel(name='RefreshToken'),
        migrations.DeleteModel(name='AccessToken'),
        migrations.DeleteModel(name='IdToken'),
        migrations.DeleteModel(name='AuthorizationCode'),
        migrations.CreateModel(
            name='DeviceGrant',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('device_code', models.CharField(max_length=100, verbose_name='device code')),
                ('user_code', models.CharField(max_length=100, verbose_name='user code')),
                ('scope', models.TextField(blank=True, verbose_name='scope')),
                ('interval', models.IntegerField(default=5, verbose_name='interval')),
                ('expires', models.DateTimeField(verbose_name='expires')),
                ('status', models.CharField(blank=True, choices=[('authorized', 'Authorized'), ('authorization-pending', 'Authorization pending'), ('expired', 'Expired'), ('denied', 'Denied')], default='authorization-pending', max_length=64, verbose_name='status')),
                ('client_id', models.CharField(db_index=True, max_length=100, verbose_name='client ID')),
                ('last_checked', models.DateTimeField(auto_now=True, verbose_name='last checked')),
            ],
            options={
                'abstract': False,
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='IdToken',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('jti', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='JWT Token ID')),
                ('expires', models.DateTimeField(verbose_name='expires')),
                ('scope', models.TextField(blank=True, verbose_name='scope')),
                ('created', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated', models.DateTimeField(auto_now=True, verbose_name='updated')),
            ],
            options={
                'abstract': False,
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='AuthorizationCode',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('expires', models.DateTimeField(verbose_name='expires')),
                ('redirect_uri', models.TextField(verbose_name='redirect URI')),
                ('scope', models.TextField(blank=True, verbose_name='scope')),
                ('nonce', models.CharField(blank=True, default='', max_length=255, verbose_name='nonce')),
                ('code_checksum', models.CharField(editable=False, max_length=64)),
                ('code_challenge', models.CharField(blank=True, help_text="SHA-256 of the client's verifier, in base64url (PKCE, S256).", max_length=43)),
                ('token_family', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('authenticated_at', models.DateTimeField()),
                ('created', models.DateTimeField(default=connectid.core.clock.now, editable=False)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL, verbose_name='application')),
            ],
            options={
                'indexes': [models.Index(fields=['expires'], name='oauth_code_expires')],
                'constraints': [models.UniqueConstraint(fields=('code_checksum',), name='oauth_code_checksum')],
            },
        ),
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('expires', models.DateTimeField(verbose_name='expires')),
                ('scope', models.TextField(blank=True, verbose_name='scope')),
                ('resource', oauth2_provider.models.ResourceJSONField(blank=True, default=list, verbose_name='resource')),
                ('token_checksum', models.CharField(editable=False, max_length=64)),
                ('token_family', models.UUIDField(db_index=True, editable=False, null=True)),
                ('created', models.DateTimeField(default=connectid.core.clock.now, editable=False)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('application', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL, verbose_name='client')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['expires'], name='oauth_access_expires')],
                'constraints': [models.UniqueConstraint(fields=('token_checksum',), name='oauth_access_checksum')],
            },
        ),
        migrations.CreateModel(
            name='RefreshToken',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('token_checksum', models.CharField(editable=False, max_length=64)),
                ('token_family', models.UUIDField(db_index=True, editable=False)),
                ('scope', models.TextField(blank=True)),
                ('authenticated_at', models.DateTimeField()),
                ('created', models.DateTimeField(default=connectid.core.clock.now, editable=False)),
                ('expires', models.DateTimeField()),
                ('revoked', models.DateTimeField(blank=True, null=True)),
                ('application', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL, verbose_name='client')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'indexes': [models.Index(fields=['expires'], name='oauth_refresh_expires')],
                'constraints': [models.UniqueConstraint(fields=('token_checksum',), name='oauth_refresh_checksum')],
            },
        ),
    ]
