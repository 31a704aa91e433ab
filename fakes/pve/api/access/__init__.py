"""Who may do what: logins, users, groups, roles, ACLs, tokens, realms and second factors."""
