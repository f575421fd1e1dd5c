name       = "casa"
account_id = "secret-account-id"
