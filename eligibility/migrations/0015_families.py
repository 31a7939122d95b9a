"""Families with an only child or two daughters as kinds of facts that a standard may look at."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('eligibility', '0014_numbers_in_blocks'),
    ]

    operations = [
        migrations.AlterField(
            model_name='criterion',
            name='fact_kind',
            field=models.CharField(blank=True, choices=[('vehicle', 'Motor vehicle'), ('housing', 'Commercial housing'), ('business', 'Business registration'), ('payroll', 'Public payroll'), ('subsistence', 'Subsistence allowance'), ('destitute', 'Destitute support'), ('payroll_kin', 'Parent, spouse or child of the head on the public payroll'), ('village_post', "Post in one of the village's three committees"), ('town_building', 'House or shop in town, built or bought'), ('machinery', 'Large farm machinery'), ('savings', 'Deposits or securities'), ('operating_company', 'Registered company that really operates'), ('large_farmer', 'Large grower or breeder'), ('employer', 'Hires workers'), ('social_insurance', 'Social insurance of employees'), ('split_to_benefit', 'Household split or merged to get benefits'), ('empty_registration', 'Empty registration'), ('deceased', 'Household of the dead'), ('disabled', 'Disabled person with a certificate'), ('serious_illness', 'Serious illness'), ('unsafe_housing', 'Dangerous house (grade C or D)'), ('disaster', 'Struck by a disaster'), ('martyr_family', 'Family of a martyr or soldier'), ('only_child_family', 'Family with an only child'), ('two_daughters_family', 'Family with two daughters and no son')], max_length=20, verbose_name='kind of fact'),
        ),
    ]
