"""How columns of personal data are called in other people's tables, and columns that only sound alike."""

from typing import Final

# Four to ten styles each: snake and camel case, prefixes and suffixes, abbreviations, and nine languages.
USUAL: Final = {
    "PERSON": """
        full_name fullName FullName fullname first_name firstName FirstName firstname fname f_name
        last_name lastName LastName lastname lname l_name surname forename given_name givenName
        family_name familyName middle_name mname customer_name customerName cust_name custName
        client_name contact_name contactName contact_person employee_name emp_name empName
        staff_name patient_name patientName pat_name member_name user_full_name display_name
        displayName real_name legal_name preferred_name nick_name nickname maiden_name birth_name
        name_full name_first name_last applicant_name borrower_name cosigner_name guarantor_name
        tenant_name landlord_name owner_name ownerName driver_name passenger_name passenger
        guest_name guest traveler_name traveller_name student_name teacher_name parent_name
        guardian_name spouse_name beneficiary_name payee_name payer_name recipient_name
        recipientName receiver_name sender_name shipper_name consignee_name buyer_name seller_name
        agent_name agentName broker_name rep_name sales_rep salesRep account_manager accountManager
        manager manager_name supervisor_name doctor_name physician_name provider_name nurse_name
        surgeon_name attending_physician referring_physician cardholder cardholder_name
        card_holder_name CardHolderName name_on_card nameOnCard account_holder account_holder_name
        acct_holder policyholder policy_holder_name insured_name claimant_name assignee reporter
        requester requested_by approved_by author author_name authorName committer_name reviewer
        attendee attendee_name participant_name organizer_name speaker_name interviewer
        candidate_name hiring_manager emergency_contact emergency_contact_name next_of_kin
        next_of_kin_name kin_name nok_name billing_name billingName bill_to_name billToName
        ship_to_name shipToName shipping_name billing_first_name BillingLastName shipping_full_name
        cust_fname cust_lname usr_fname u_first_name emp_first_name emp_last_name txtFirstName
        first_name_txt person person_name personName individual_name signatory signer_name
        witness_name tutor_name coach_name caller_name caller visitor_name resident_name lead_name
        prospect_name subscriber_name donor_name volunteer_name voter_name defendant_name
        plaintiff_name attorney_name judge_name officer_name vorname nachname Vorname Nachname
        kundenname kunden_name Kundenname ansprechpartner mitarbeitername mitarbeiter_name inhaber
        kontoinhaber karteninhaber empfaenger empfänger_name absender_name geburtsname rufname
        familienname nom prenom prénom nom_client nom_complet nomComplet nom_de_famille
        prenom_client nom_naissance titulaire titulaire_carte destinataire nombre apellido apellidos
        nombre_completo nombreCompleto nombre_cliente primer_apellido segundo_apellido primer_nombre
        nombres titular destinatario nome cognome nome_cliente nome_completo nomeCompleto sobrenome
        primeiro_nome ultimo_nome intestatario ragione_nome voornaam achternaam klantnaam klant_naam
        volledige_naam tussenvoegsel naam contactpersoon imie nazwisko imię_nazwisko fornamn
        efternamn fornavn etternavn efternavn etunimi sukunimi
    """,
    "EMAIL_ADDRESS": """
        email Email EMAIL e_mail eMail e-mail E-Mail email_address emailAddress EmailAddress
        email_addr emailaddr mail mail_address user_email userEmail customer_email customerEmail
        cust_email custEmail contact_email contactEmail work_email workEmail home_email
        personal_email primary_email primaryEmail secondary_email alt_email alternate_email
        backup_email recovery_email billing_email billingEmail shipping_email bill_to_email
        login_email loginEmail email1 email_1 email2 emailAddress1 EmailAddress2 emp_email usr_email
        u_email txt_email txtEmail email_txt str_email sender_email senderEmail recipient_email
        to_email from_email reply_to_email reply_to replyTo from_address to_address cc_email
        notification_email contact_mail usermail user_mail business_email company_email office_email
        corporate_email emails email_list invitee_email owner_email ownerEmail author_email
        authorEmail committer_email assignee_email reporter_email requester_email attendee_email
        paypal_email emailPrimary emailWork emailHome email_work email_home mailAddress mail_addr
        email_normalized normalized_email emailNormalized normalizedEmail email_lower email_raw
        new_email old_email email_new verified_email unverified_email kunden_email kundenEmail
        email_adresse emailAdresse mailadresse e_mail_adresse courriel adresse_email adresse_mail
        adresseEmail correo correo_electronico correoElectronico email_cliente posta_elettronica
        indirizzo_email indirizzo_mail emailadres e_mailadres correio_eletronico endereco_email
        epost e_post epostadress sähköposti adres_email
    """,
    "PHONE_NUMBER": """
        phone Phone PHONE phone_number phoneNumber PhoneNumber phone_no phoneNo phone_num phoneNum
        phonenumber telephone telephone_number telephoneNumber tel tel_no telNo tel_number telnum
        mobile Mobile mobile_number mobileNumber mobile_no mobileNo mobile_phone mobilePhone mob
        mob_no mobno cell cell_phone cellPhone cellphone cell_number cell_no home_phone homePhone
        HomePhone work_phone workPhone WorkPhone office_phone business_phone businessPhone day_phone
        daytime_phone evening_phone contact_phone contactPhone contact_number contactNumber
        contact_no contactNo primary_phone primaryPhone secondary_phone alt_phone alternate_phone
        alternatePhone other_phone emergency_phone emergencyPhone emergency_contact_phone
        customer_phone customerPhone cust_phone custPhone usr_phone user_phone userPhone emp_phone
        billing_phone billingPhone shipping_phone recipient_phone sender_phone phone1 phone_1 phone2
        Phone2 phoneNumber1 phone_home phone_work phone_mobile phoneHome phoneWork phoneMobile
        phone_cell ph ph_no phno phnum phone_nbr phoneNbr tel1 tel_2 tel_mobile tel_home telephone1
        fax fax_number faxNumber fax_no msisdn whatsapp whatsapp_number sms_number smsNumber
        caller_number callerNumber calling_number called_number callback_number callbackNumber
        dialed_number from_number to_number from_phone to_phone txt_phone txtPhone phone_txt
        str_phone landline land_line direct_line direct_dial direct_phone mainPhone main_phone
        mainline e164 phone_e164 phoneE164 phone_raw phone_formatted formatted_phone verified_phone
        twofa_phone mfa_phone otp_phone recovery_phone telefon telefonnummer telefon_nr telefonNr
        tel_nr handy handynummer handy_nr mobilnummer mobiltelefon rufnummer festnetz telefon_privat
        faxnummer telephone_portable téléphone telephone_fixe portable numero_telephone
        numéro_téléphone num_tel numTel numero_tel mobile_client telefono teléfono telefono_movil
        telefonoMovil movil móvil celular numero_telefono numero_de_telefono num_telefono cellulare
        numero_cellulare numero_telefonico recapito_telefonico telemovel telemóvel telefone
        numero_celular telefoonnummer telefoon mobiel mobiele_nummer gsm gsm_nummer numer_telefonu
        telefonnr puhelin puhelinnumero
    """,
    "IP_ADDRESS": """
        ip IP Ip ip_address ipAddress IPAddress IpAddress ip_addr ipAddr ipaddr ipaddress client_ip
        clientIp clientIP ClientIp client_ip_address clientIpAddress remote_ip remoteIp remote_addr
        remoteAddr REMOTE_ADDR remote_address source_ip sourceIp sourceIPAddress src_ip srcIp
        src_addr srcaddr source_address dest_ip destination_ip dst_ip dstip dstaddr user_ip userIp
        visitor_ip customer_ip customerIp login_ip loginIp last_login_ip lastLoginIp last_ip lastIp
        last_known_ip signup_ip signupIp registration_ip registered_ip created_ip created_from_ip
        creator_ip order_ip browser_ip browserIp session_ip request_ip requestIp req_ip peer_ip
        peer_address peerAddress caller_ip callerIp origin_ip public_ip publicIp external_ip wan_ip
        ip4 ip6 ipv4 ipv6 ipv4_address ipv6_address ip_v4 ip_v6 x_forwarded_for X-Forwarded-For
        xForwardedFor forwarded_for x_real_ip X-Real-IP real_ip cf_connecting_ip true_client_ip
        host_ip server_ip node_ip device_ip deviceIp ip_txt txt_ip str_ip from_ip to_ip attacker_ip
        offender_ip blocked_ip banned_ip whitelisted_ip ip_list ips current_sign_in_ip
        last_sign_in_ip access_ip actor_ip actorIp c_ip s_ip cs_ip ip_adresse ipAdresse IP-Adresse
        adresse_ip adresseIp direccion_ip direccionIp indirizzo_ip ip_adres endereco_ip
    """,
}
ALIKE: Final = """
    file_name filename fileName host_name hostname hostName product_name productName table_name
    tableName column_name schema_name db_name database_name event_name eventName bucket_name
    cluster_name node_name pod_name container_name image_name service_name serviceName app_name
    application_name domain_name package_name module_name class_name className method_name function_name
    branch_name repo_name project_name team_name group_name role_name category_name brand_name
    model_name campaign_name template_name list_name tag_name label_name field_name key_name param_name
    variable_name policy_name rule_name queue_name topic_name job_name task_name step_name stage_name
    build_name release_name version_name feature_name metric_name plan_name tier_name region_name
    zone_name country_name state_name currency_name language_name device_name os_name browser_name
    channel_name space_name workspace_name index_name view_name function email_verified email_opt_in
    emailVerified email_count email_sent email_sent_at email_status email_template_id is_email_verified
    phone_type phone_verified phone_country_code phone_model ip_version ip_count ip_type ip_protocol
    mobile_app mobile_os cell_count cell_id telephony_enabled name_length named_at tel_aviv_office
    address_type address_id mac_os fax_enabled customer_id customerId user_id contact_id employee_id
    owner_id manager_id author_id order_status product_id sku status state type kind created_at
    updated_at description title amount price quantity currency version build hash checksum url path
    port protocol method user_agent locale timezone color size weight warehouse carrier tracking_number
    payment_method delivery_method shipping_method shipping_status mailing_list_id mail_server
    mail_queue email_provider phone_system client_version client_type source_system source_type
    remote_branch host port_number account_type account_status member_count members_total contact_count
    user_count patients_total drivers_total
"""
