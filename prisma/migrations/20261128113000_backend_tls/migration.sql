-- AlterTable
ALTER TABLE "load_balancer" ADD COLUMN     "backendTls" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "backendWay" TEXT NOT NULL DEFAULT 'plain';

-- CreateTable
CREATE TABLE "backend_authority" (
    "appId" TEXT NOT NULL,
    "certificate" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "keyCipher" TEXT NOT NULL,
    "notAfter" TIMESTAMP(3) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "backend_authority_pkey" PRIMARY KEY ("appId")
);

-- CreateTable
CREATE TABLE "backend_certificate" (
    "backendId" TEXT NOT NULL,
    "certificate" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "keyCipher" TEXT NOT NULL,
    "notBefore" TIMESTAMP(3) NOT NULL,
    "notAfter" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "backend_certificate_pkey" PRIMARY KEY ("backendId")
);

-- AddForeignKey
ALTER TABLE "backend_authority" ADD CONSTRAINT "backend_authority_appId_fkey" FOREIGN KEY ("appId") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "backend_certificate" ADD CONSTRAINT "backend_certificate_backendId_fkey" FOREIGN KEY ("backendId") REFERENCES "backend"("id") ON DELETE CASCADE ON UPDATE CASCADE;
