"""The words that names of columns, keys and fields are made of, and what they say. Data alone."""

from typing import Final, TypeAlias

Suffix: TypeAlias = tuple[str, ...]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _suffixes(label: str, names: str) -> dict[Suffix, str]:
    return {tuple(name.split("_")): label for name in names.split()}


CERTAIN: Final[dict[Suffix, str]] = {
    **_suffixes(
        "EMAIL_ADDRESS",
        """
        email emails e_mail mail emailaddress mailaddress email_addr from_address to_address reply_to
        correo courriel
        """,
    ),
    **_suffixes(
        "PHONE_NUMBER",
        """
        phone phones phonenumber phone_number phone_no phone_num telephone telephone_number tel telefon
        telefono
        mobile mobilephone mobile_number mobile_no cell cellphone cell_number fax fax_number msisdn whatsapp
        landline contact_number direct_line direct_dial handy handynummer rufnummer telefonnummer
        """,
    ),
    **_suffixes(
        "PERSON",
        """
        full_name fullname first_name firstname fname last_name lastname lname given_name givenname
        family_name
        familyname surname forename middle_name middlename maiden_name real_name legal_name
        mothers_maiden_name
        cardholder card_holder cardholder_name account_holder policy_holder policyholder customer_name
        client_name
        employee_name patient_name contact_name person_name owner_name holder_name recipient_name
        sender_name
        requester_name assignee_name author_name manager_name beneficiary_name guest_name passenger_name
        student_name buyer_name spouse_name attendee_name
        vorname nachname prenom nom_famille apellido apellidos cognome
        """,
    ),
    **_suffixes(
        "US_SSN",
        "ssn ssn_number social_security social_security_number social_security_no socialsecuritynumber",
    ),
    **_suffixes(
        "NATIONAL_ID",
        """
        national_id national_id_number nationalid id_card_number identity_number nino national_insurance
        national_insurance_number personnummer cpf dni curp aadhaar aadhaar_number pesel codice_fiscale
        sin nric bsn
        """,
    ),
    **_suffixes("TAX_ID", "tax_id taxid tax_number tin itin steuernummer steuer_id"),
    **_suffixes("IBAN_CODE", "iban iban_code iban_number"),
    **_suffixes(
        "US_BANK_NUMBER",
        """
        account_number account_no accountnumber bank_account bank_account_number bank_account_no acct_no
        acct_number bank_number kontonummer
        """,
    ),
    **_suffixes(
        "CREDIT_CARD",
        """
        card card_no card_num card_number cardnumber credit_card credit_card_number creditcard debit_card
        debit_card_number payment_card cc cc_no cc_num cc_number ccnum pan
        """,
    ),
    **_suffixes(
        "DATE_OF_BIRTH",
        """
        dob birth_date birthdate date_of_birth birthday birth_day born born_on
        geburtsdatum geboren date_naissance fecha_nacimiento
        """,
    ),
    **_suffixes(
        "STREET_ADDRESS",
        """
        address addresses addr street street_name street_address address_line line_1 addressline
        home_address
        postal_address mailing_address shipping_address billing_address delivery_address residence
        strasse anschrift adresse direccion indirizzo
        """,
    ),
    **_suffixes(
        "LOCATION",
        "city town hometown birthplace place_of_birth city_of_birth ville ciudad wohnort geburtsort",
    ),
    **_suffixes("US_PASSPORT", "passport passport_no passport_number passport_num"),
    **_suffixes(
        "US_DRIVER_LICENSE",
        """
        driver_license driver_licence drivers_license driver_license_number drivers_license_number
        driving_license driving_licence license_number licence_number dl_number
        """,
    ),
    **_suffixes("UK_NHS", "nhs nhs_number nhs_no"),
    **_suffixes("MEDICAL_RECORD", "mrn medical_record medical_record_number patient_number"),
    **_suffixes("MAC_ADDRESS", "mac mac_address mac_addr macaddress"),
    **_suffixes("CRYPTO", "wallet wallet_address btc_address eth_address crypto_address bitcoin_address"),
    **_suffixes(
        "ORGANIZATION",
        """
        company company_name companyname organization organization_name organisation organisation_name
        employer
        employer_name account_name business_name vendor_name supplier_name firm firma entreprise empresa
        """,
    ),
    **_suffixes(
        "IP_ADDRESS",
        "ip ips ip_address ip_addr ipaddress client_ip remote_ip remote_addr source_ip src_ip ipv4 ipv6",
    ),
}
"""Last words of a name whose values are of a kind, however they look."""

POSSIBLE: Final[dict[Suffix, str]] = _suffixes(
    "PERSON",
    """
    name names owner contact assignee assigned_to requester author reporter manager employee customer client
    patient user sender recipient from to cc bcc attn attention by holder beneficiary maintainer maintainers
    reviewer representative rep agent doctor physician teacher student person attendee guest driver
    passenger
    applicant candidate spouse lead responsible approver creator supervisor member subscriber signatory
    witness
    insured claimant buyer seller resident nickname display_name displayname tenant_name
    kunde ansprechpartner inhaber nom nombre nome
    """,
)
"""Last words of a name whose values are of a kind if they also look like it."""

OF_ADDRESSES: Final[dict[str, str]] = {
    **dict.fromkeys(_words("email mail from to reply sender recipient cc bcc"), "EMAIL_ADDRESS"),
    **dict.fromkeys(_words("ip remote client source src"), "IP_ADDRESS"),
    **dict.fromkeys(_words("wallet btc eth crypto bitcoin ethereum"), "CRYPTO"),
    **dict.fromkeys(
        _words(
            """
            web url bind listen host server memory base start end network gateway contract internal external
            node service dst destination target physical virtual
            """
        ),
        "",
    ),
}
"""Words before `address` that make it no place where somebody lives, and what it is instead."""

QUALIFIERS: Final = _words(
    """
    value old new current previous primary secondary main alt alternate text raw field full
    work home private business personal
    """
)
"""Words after the telling one that change nothing."""

THINGS: Final = _words(
    """
    product item file table column schema database db host server service domain class function method
    package
    module project repo repository branch event job queue topic tag role group team plan category brand
    model
    vehicle country state region city field key type status code currency language index bucket cluster
    node app
    application metric feature campaign list template folder path image container resource policy rule
    secret
    warehouse industry sku source
    """
)
"""What a `name` can be of that is no person, also where a person's e-mail stands beside it."""

PEOPLE: Final = _words(
    """
    customer customers client user users contact contacts employee employees patient patients person persons
    people owner holder member members guest passenger student teacher doctor applicant candidate
    attendee author
    requester assignee reporter sender recipient buyer seller lead profile subscriber billing shipping
    spouse staff
    beneficiary
    """
)
COMPANIES: Final = _words("account company organization organisation employer vendor supplier")
ONLY_PEOPLE_HAVE: Final = _words(
    """
    EMAIL_ADDRESS PHONE_NUMBER US_SSN DATE_OF_BIRTH US_PASSPORT US_DRIVER_LICENSE CREDIT_CARD NATIONAL_ID
    IBAN_CODE
    STREET_ADDRESS
    """
)
"""Labels that tell, of a record that holds one, that its `name` is a person's."""

WITH_DIGITS: Final = _words(
    """
    PHONE_NUMBER US_SSN IBAN_CODE US_BANK_NUMBER CREDIT_CARD UK_NHS NATIONAL_ID TAX_ID US_PASSPORT
    US_DRIVER_LICENSE MEDICAL_RECORD DATE_OF_BIRTH
    """
)
"""Labels of values that are mostly digits: a card's brand is no card."""
