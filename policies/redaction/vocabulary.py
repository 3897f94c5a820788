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
        emailaddr usermail email_id emailid mail_id
        emailadresse mailadresse courriel correo correo_electronico email_cliente posta_elettronica emailadres
        mailadres correio correio_eletronico epost e_post epostadress sahkoposti
        """,
    ),
    **_suffixes(
        "PHONE_NUMBER",
        """
        phone phones phonenumber phone_number phone_no phone_num phone_nbr phone_e telephone telephone_number
        tel tel_no tel_nr tel_number telnum telno mobile mobilephone mobile_number mobile_no mob mob_no mobno
        phoneno mobileno cell cellphone cell_number cell_no ph ph_no phno phnum fax fax_number fax_no msisdn
        whatsapp whatsapp_number sms_number landline land_line mainline contact_number contact_no direct_line
        direct_dial caller_number calling_number called_number callback_number dialed_number from_number
        to_number e_164
        telefon telefon_nr telefonnr telefonnummer telefon_privat mobilnummer mobiltelefon handy handynummer
        handy_nr rufnummer festnetz faxnummer telephone_portable telephone_fixe portable numero_telephone
        num_telephone num_tel numero_tel mobile_client telefono telefono_movil movil celular numero_telefono
        numero_de_telefono num_telefono numero_celular cellulare numero_cellulare numero_telefonico
        recapito_telefonico telemovel telefone telefoonnummer telefoon mobiel mobiele_nummer gsm gsm_nummer
        numer_telefonu puhelin puhelinnumero
        """,
    ),
    **_suffixes(
        "PERSON",
        """
        full_name fullname first_name firstname fname f_name last_name lastname lname l_name given_name
        givenname family_name familyname surname forename middle_name middlename mname m_name maiden_name
        birth_name real_name legal_name preferred_name mothers_maiden_name name_full name_first name_last
        name_middle next_of_kin
        cardholder card_holder name_on_card account_holder policy_holder policyholder
        vorname nachname rufname familienname geburtsname kundenname mitarbeitername kontoinhaber
        karteninhaber
        prenom nom_famille nom_de_famille nom_complet nom_naissance nom_client titulaire titulaire_carte
        apellido apellidos primer_apellido segundo_apellido nombre_completo nombre_cliente primer_nombre
        cognome nome_cliente nome_completo sobrenome intestatario
        voornaam achternaam tussenvoegsel klantnaam volledige_naam contactpersoon
        imie nazwisko imie_nazwisko fornamn efternamn fornavn etternavn efternavn etunimi sukunimi
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
        address addresses addr adr street street_name street_address address_line line_1 addressline
        home_address postal_address mailing_address shipping_address billing_address delivery_address
        residence streetaddress
        strasse anschrift adresse wohnadresse direccion domicilio calle rue indirizzo adres straat straatnaam
        endereco logradouro morada ulica gata gatuadress adress
        """,
    ),
    **_suffixes(
        "LOCATION",
        """
        city town hometown birthplace place_of_birth city_of_birth suburb
        ville commune ciudad localidad poblacion municipio wohnort geburtsort ort stadt citta comune localita
        plaats woonplaats cidade localidade miasto miejscowosc kommune postort
        """,
    ),
    **_suffixes("US_PASSPORT", "passport passport_no passport_number passport_num"),
    **_suffixes(
        "US_DRIVER_LICENSE",
        """
        driver_license driver_licence drivers_license driver_license_number drivers_license_number
        driving_license driving_licence license_number licence_number license_no licence_no lic_no dl_no
        dl_number
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
        """
        ip ips ip_address ip_addr ipaddress ipaddr client_ip remote_ip remote_addr source_ip src_ip ipv ip_v
        forwarded_for src_addr srcaddr dst_addr dstaddr srcip dstip
        """,
    ),
}
"""Last words of a name whose values are of a kind, however they look."""

POSSIBLE: Final[dict[Suffix, str]] = {
    **_suffixes(
        "PERSON",
        """
        name names owner contact assignee assigned_to requester author reporter manager employee customer
        client patient user sender recipient from to cc bcc attn attention by holder beneficiary maintainer
        maintainers reviewer representative rep agent doctor physician teacher student person attendee guest
        driver passenger applicant candidate spouse lead responsible approver creator supervisor member
        subscriber signatory witness insured claimant buyer seller resident nickname nick display_name
        displayname tenant_name fn cn sn
        caller callee visitor interviewer interviewee borrower cosigner guarantor landlord lessee traveler
        traveller parent guardian mother father payee payer receiver shipper consignee broker nurse surgeon
        provider participant organizer speaker presenter invitee signer tutor coach mentor donor volunteer
        voter defendant plaintiff attorney lawyer judge officer investigator instructor professor trainer
        technician courier accountant notary executor trustee committer uploader
        kunde ansprechpartner inhaber empfaenger empfanger absender mitarbeiter mieter vermieter fahrer
        destinataire expediteur locataire titular destinatario remitente mittente klant naam namn navn nom
        nombre nombres nome
        """,
    ),
    **_suffixes("LOCATION", "location"),
}
"""Last words of a name whose values are of a kind if they also look like it."""

ADDRESSES: Final = _words("address addr adresse adres adress direccion indirizzo endereco")
OF_ADDRESSES: Final[dict[str, str]] = {
    **dict.fromkeys(_words("email mail from to reply sender recipient cc bcc"), "EMAIL_ADDRESS"),
    **dict.fromkeys(_words("ip ipv remote client source src peer"), "IP_ADDRESS"),
    **dict.fromkeys(_words("wallet btc eth crypto bitcoin ethereum"), "CRYPTO"),
    **dict.fromkeys(_words("mac hardware ethernet"), "MAC_ADDRESS"),
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
    value old new current previous primary secondary main alt alternate other text txt str raw field full
    work home private business personal formatted normalized normalised lower list
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
    bezeichnung artikel produkt produit designation producto articulo prodotto articolo
    tz timezone zone locale font theme color colour chart device browser os channel space workspace view
    screen task step stage build release version plan tier check label parameter param variable option setting
    property attribute config flag route endpoint action command script stack namespace pod deployment
    environment env runtime framework library dependency extension plugin component section chapter page
    article course book movie song album game shop hotel restaurant venue airport airline station carrier
    vessel ship department division unit office building floor room school university hospital clinic tax
    discount coupon promotion offer payment shipment drug medication procedure treatment allergy disease
    """
)
"""What a `name` can be of that is no person, also where a person's e-mail stands beside it."""

PEOPLE: Final = _words(
    """
    customer customers client user users contact contacts employee employees patient patients person persons
    people owner holder member members guest passenger student teacher doctor applicant candidate
    attendee author
    requester assignee reporter sender recipient buyer seller lead profile subscriber billing shipping
    spouse staff beneficiary cust emp pat usr to from cc bcc
    borrower cosigner guarantor landlord traveler traveller parent guardian mother father payee payer receiver
    shipper consignee supervisor manager physician nurse surgeon insured claimant committer participant
    organizer signer witness tutor coach mentor caller visitor resident prospect donor volunteer voter
    defendant plaintiff attorney lawyer judge officer individual kin nok cardholder interviewer approver
    creator uploader instructor professor emergency partner
    kunden mitarbeiter empfaenger empfanger absender inhaber kontakt klant
    """
)
COMPANIES: Final = _words("account acct company organization organisation employer vendor supplier")
AMBIGUOUS: Final = _words("driver agent provider tenant admin rep representative speaker lead profile broker")
"""Words before `name` that are a program's or a firm's as often as a person's."""

NOTHING: Final[frozenset[Suffix]] = frozenset(
    {("user", "agent"), ("http", "agent"), ("cell", "value"), ("cell", "text")}
)
"""Last words of names that sound like a person's, and are of a browser's or a sheet's."""

BEFORE: Final = (PEOPLE - {"to", "from", "cc", "bcc"}) | _words(
    """
    home work office business personal private primary secondary alternate alt other main mobile src source
    remote login signup admin agent driver vendor supplier company account acct partner tenant provider last
    """
)
"""Words that stand before the telling one where case was lost: a database folds `clientIp` to `clientip`."""

ONLY_PEOPLE_HAVE: Final = _words(
    """
    EMAIL_ADDRESS PHONE_NUMBER US_SSN DATE_OF_BIRTH US_PASSPORT US_DRIVER_LICENSE CREDIT_CARD NATIONAL_ID
    IBAN_CODE
    STREET_ADDRESS
    """
)
"""Labels that tell, of a record that holds one, that its `name` is a person's."""

PARTS: Final = _words(
    """
    number no num value address raw formatted full primary secondary work home mobile main display
    international national text
    """
)
WITH_PARTS: Final = _words("EMAIL_ADDRESS PHONE_NUMBER IP_ADDRESS IBAN_CODE US_SSN DATE_OF_BIRTH")
"""What is an object of its own at times, as in `{"phone": {"number": ...}}`, and what its value is called."""

PARTS_OF_NAMES: Final = _words("first last middle given family")
"""Keys within a `name`, or of a person's record."""

ONLY_THINGS_HAVE: Final = _words(
    "sku price qty quantity stock ean upc asin weight isbn barcode preis menge prix precio prezzo"
)
"""Last words of names that tell, of a record that has one, that its `name` is a thing's."""

WITH_DIGITS: Final = _words(
    """
    PHONE_NUMBER US_SSN IBAN_CODE US_BANK_NUMBER CREDIT_CARD UK_NHS NATIONAL_ID TAX_ID US_PASSPORT
    US_DRIVER_LICENSE MEDICAL_RECORD DATE_OF_BIRTH
    """
)
"""Labels of values that are mostly digits: a card's brand is no card."""
