-- CreateTable
CREATE TABLE "repository_access" (
    "appId" TEXT NOT NULL,
    "username" TEXT,
    "tokenCipher" TEXT,
    "tokenPlace" TEXT,
    "tokenSetAt" TIMESTAMP(3),
    "publicKey" TEXT,
    "keyFingerprint" TEXT,
    "keyCipher" TEXT,
    "keyMadeAt" TIMESTAMP(3),
    "hostKey" TEXT,
    "hostKeyFingerprint" TEXT,
    "hostKeyPlace" TEXT,
    "offeredHostKey" TEXT,
    "offeredFingerprint" TEXT,
    "offeredPlace" TEXT,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "repository_access_pkey" PRIMARY KEY ("appId")
);

-- AddForeignKey
ALTER TABLE "repository_access" ADD CONSTRAINT "repository_access_appId_fkey" FOREIGN KEY ("appId") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;
