from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0004_push_budget'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='notification', name='notification_message'),
    ]
