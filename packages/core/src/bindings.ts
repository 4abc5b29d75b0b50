import type { CipherBinding } from '@fairlead/db';

/** What each encrypted column is bound to: the text opens in its own row alone. */
export function databasePasswordBinding(organizationId: string, appId: string): CipherBinding {
  return { organizationId, table: 'App', row: appId, column: 'databasePasswordCipher' };
}

export function hostedDatabasePasswordBinding(organizationId: string, appId: string): CipherBinding {
  return { organizationId, table: 'HostedDatabase', row: appId, column: 'passwordCipher' };
}

export function redisPasswordBinding(organizationId: string, appId: string): CipherBinding {
  return { organizationId, table: 'Redis', row: appId, column: 'passwordCipher' };
}

/** Likewise the one before, while backends go over to another. */
export function redisFormerPasswordBinding(organizationId: string, appId: string): CipherBinding {
  return { organizationId, table: 'Redis', row: appId, column: 'formerPasswordCipher' };
}

/** The password before, while backends go over to another. */
export function databaseFormerPasswordBinding(organizationId: string, appId: string): CipherBinding {
  return { organizationId, table: 'App', row: appId, column: 'databaseFormerPasswordCipher' };
}

export function environmentValueBinding(organizationId: string, variableId: string): CipherBinding {
  return { organizationId, table: 'EnvironmentVariable', row: variableId, column: 'valueCipher' };
}

/** What one backend alone is told. */
export function backendVariableBinding(organizationId: string, variableId: string): CipherBinding {
  return { organizationId, table: 'BackendVariable', row: variableId, column: 'valueCipher' };
}

export function sshPrivateKeyBinding(organizationId: string): CipherBinding {
  return { organizationId, table: 'SshKey', row: organizationId, column: 'privateKeyCipher' };
}

export function certificateKeyBinding(organizationId: string, certificateId: string): CipherBinding {
  return { organizationId, table: 'Certificate', row: certificateId, column: 'keyCipher' };
}

export function backendAuthorityKeyBinding(organizationId: string, appId: string): CipherBinding {
  return { organizationId, table: 'BackendAuthority', row: appId, column: 'keyCipher' };
}

export function backendCertificateKeyBinding(organizationId: string, backendId: string): CipherBinding {
  return { organizationId, table: 'BackendCertificate', row: backendId, column: 'keyCipher' };
}

export function acmeAccountKeyBinding(organizationId: string): CipherBinding {
  return { organizationId, table: 'AcmeAccount', row: organizationId, column: 'keyCipher' };
}

export function nginxReadingBinding(organizationId: string, serverId: string): CipherBinding {
  return { organizationId, table: 'NginxReading', row: serverId, column: 'filesCipher' };
}

export function webhookSecretBinding(organizationId: string, appId: string): CipherBinding {
  return { organizationId, table: 'Webhook', row: appId, column: 'secretCipher' };
}

export function repositoryTokenBinding(organizationId: string, appId: string): CipherBinding {
  return { organizationId, table: 'RepositoryAccess', row: appId, column: 'tokenCipher' };
}

export function deployKeyBinding(organizationId: string, appId: string): CipherBinding {
  return { organizationId, table: 'RepositoryAccess', row: appId, column: 'keyCipher' };
}
