"""Words of files: headers and kinds as shops and their programs write them; each list parted by bars."""

HEADERS = {
    "number": (
        "part number|part no|part #|p/n|pn|partnumber|item number|item no|item code|"
        "code|sku|article|article no|art nr|artikel|stock code|material|ref|reference"
        "|number|no|product code|oem no|maker number|رقم القطعة|رقم الصنف|كود الصنف|كود"
        "|الكود|كود القطعة|رقم|رقم القطعه|بارت نمبر|البارت نمبر|رقم البارت|كود المنتج|"
        "الرقم"
    ),
    "name": (
        "name|part name|item name|item|description|part description|product|product name|"
        "title|designation|bezeichnung|الاسم|اسم الصنف|الصنف|اسم القطعة|القطعة|البيان|"
        "الوصف|وصف الصنف|اسم المنتج|المنتج|بيان|اسم"
    ),
    "brand": (
        "brand|make|maker|manufacturer|mfr|mfg|producer|marke|hersteller|الماركة|"
        "ماركة|العلامة|العلامة التجارية|الشركة المصنعة|المصنع|البراند|براند|الشركة|شركة"
    ),
    "part_type": ("part type|type|quality|grade|condition|نوع القطعة|النوع|نوع|الجودة|الحالة|الفئة النوعية"),
    "selling_price": (
        "price|selling price|sale price|sales price|unit price|retail|retail price|"
        "list price|rrp|price egp|preis|vk|السعر|سعر البيع|سعر|سعر الوحدة|سعر المستهلك"
        "|سعر القطاعي|البيع|سعر بيع"
    ),
    "cost_price": (
        "cost|cost price|unit cost|purchase price|buying price|net price|net|ek|"
        "dealer price|wholesale|wholesale price|التكلفة|سعر التكلفة|سعر الشراء|الشراء|"
        "تكلفة|سعر الجملة|الجملة|صافي"
    ),
    "discount_price": ("discount price|offer price|promo price|سعر العرض|السعر بعد الخصم|سعر الخصم"),
    "markup_percent": ("markup|markup %|margin %|نسبة الربح|هامش الربح|الهامش"),
    "core_charge": ("core|core charge|core deposit|deposit|تأمين القطعة القديمة|تأمين"),
    "tax_class": ("فئة الضريبة|tax|tax class|vat|vat class|الضريبة|نوع الضريبة|ضريبة"),
    "category": ("category|group|product group|family|main category|الفئة|المجموعة|القسم|التصنيف|فئة|مجموعة"),
    "subcategory": (
        "subcategory|sub category|subgroup|sub group|الفئة الفرعية|المجموعة الفرعية|القسم الفرعي"
    ),
    "description": ("long description|details|notes|remarks|comment|ملاحظات|تفاصيل|شرح|ملاحظة"),
    "origin": ("origin|country|country of origin|made in|بلد المنشأ|المنشأ|بلد الصنع|الدولة"),
    "warranty": ("warranty|guarantee|الضمان|ضمان"),
    "oem_numbers": (
        "oem|oem number|oem numbers|oe number|oe no|original number|رقم الوكالة|"
        "الرقم الأصلي|رقم أصلي|أرقام الوكالة"
    ),
    "cross_numbers": (
        "cross reference|cross references|cross ref|xref|interchange|alternative number|"
        "alternative|equivalent|الأرقام البديلة|رقم بديل|أرقام بديلة|البدائل|الرقم البديل"
    ),
    "barcode": ("barcode|bar code|ean|ean13|upc|gtin|باركود|الباركود|كود الباركود"),
    "bin": (
        "bin|location|shelf|rack|storage|place|lager|الرف|رف|الموقع|مكان|المكان|موقع التخزين|رقم الرف"
        "|موضع التخزين"
    ),
    "quantity": (
        "quantity|qty|stock|on hand|on-hand|balance|in stock|opening stock|units|"
        "available|menge|bestand|الكمية|كمية|الرصيد|رصيد|المخزون|رصيد أول المدة|العدد"
        "|عدد|الكميه"
    ),
    "unit_cost": (
        "cost of a unit in stock|تكلفة الوحدة في المخزون|"
        "average cost|avg cost|stock cost|unit value|inventory cost|متوسط التكلفة|تكلفة الوحدة"
    ),
    "min_level": ("minimum|min|min stock|minimum stock|min level|الحد الأدنى|الحد الادنى|أقل كمية"),
    "max_level": ("maximum|max|max stock|maximum stock|max level|الحد الأقصى|الحد الاقصى|أقصى كمية"),
    "reorder_point": ("reorder point|reorder level|rop|حد الطلب|حد إعادة الطلب|نقطة إعادة الطلب"),
    "reorder_quantity": ("reorder quantity|reorder qty|order quantity|كمية الطلب|كمية إعادة الطلب"),
    "weight_g": ("weight g|weight (g)|weight in g|الوزن جم|الوزن بالجرام"),
    "length_mm": ("length mm|length (mm)|الطول مم"),
    "width_mm": ("width mm|width (mm)|العرض مم"),
    "height_mm": ("height mm|height (mm)|الارتفاع مم"),
}

PART_TYPES = {
    "genuine": "original|oem|oe|أصلي|وكالة|توكيل",
    "oes": "oem supplier|oes",
    "aftermarket": "commercial|copy|new|تجاري|بديل|جديد",
    "used": "second hand|استيراد|مستعمل",
    "remanufactured": "reman|rebuilt|مجدد",
}
TAX_CLASSES = {"standard": "vat|خاضع", "exempt": "معفى", "zero": "0"}
