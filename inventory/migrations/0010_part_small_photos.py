
import inventory.models.part
import shops.storage
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0009_count_lists'),
    ]

    operations = [
        migrations.AddField(
            model_name='partphoto',
            name='small',
            field=models.ImageField(blank=True, editable=False, storage=shops.storage.private_storage, upload_to=inventory.models.part.small_photo_path, verbose_name='small photo'),
        ),
    ]
