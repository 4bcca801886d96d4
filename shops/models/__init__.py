from shops.models.garage import GarageVehicle
from shops.models.members import Member, MemberInvite
from shops.models.onboarding import Onboarding, ShopDocument
from shops.models.shop import OpeningHours, ServiceArea, Shop
from shops.models.vehicles import Make, MakeAlias, UnlistedVehicle, VehicleModel

__all__ = [
    "GarageVehicle",
    "Make",
    "MakeAlias",
    "Member",
    "MemberInvite",
    "Onboarding",
    "OpeningHours",
    "ServiceArea",
    "Shop",
    "ShopDocument",
    "UnlistedVehicle",
    "VehicleModel",
]
