-- AlterTable
ALTER TABLE "load_balancer" ADD COLUMN     "certificateId" TEXT,
ADD COLUMN     "tls" JSONB NOT NULL DEFAULT '{}';

-- CreateTable
CREATE TABLE "certificate" (
    "id" TEXT NOT NULL,
    "appId" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "names" TEXT[],
    "notBefore" TIMESTAMP(3) NOT NULL,
    "notAfter" TIMESTAMP(3) NOT NULL,
    "issuer" TEXT NOT NULL,
    "serial" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "keyType" TEXT NOT NULL,
    "ocspUrl" TEXT,
    "trusted" BOOLEAN NOT NULL,
    "chain" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "keyCipher" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "certificate_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "acme_account" (
    "organizationId" TEXT NOT NULL,
    "directoryUrl" TEXT NOT NULL,
    "email" TEXT,
    "termsAgreedAt" TIMESTAMP(3) NOT NULL,
    "termsAgreedBy" TEXT NOT NULL,
    "accountUrl" TEXT,
    "keyCipher" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "acme_account_pkey" PRIMARY KEY ("organizationId")
);

-- CreateTable
CREATE TABLE "certificate_order" (
    "id" TEXT NOT NULL,
    "appId" TEXT NOT NULL,
    "dueAt" TIMESTAMP(3) NOT NULL,
    "checkedAt" TIMESTAMP(3),
    "attemptedAt" TIMESTAMP(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "error" JSONB,

    CONSTRAINT "certificate_order_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "certificate_appId_sha256_key" ON "certificate"("appId", "sha256");

-- CreateIndex
CREATE UNIQUE INDEX "certificate_order_appId_key" ON "certificate_order"("appId");

-- CreateIndex
CREATE INDEX "certificate_order_dueAt_idx" ON "certificate_order"("dueAt");

-- AddForeignKey
ALTER TABLE "load_balancer" ADD CONSTRAINT "load_balancer_certificateId_fkey" FOREIGN KEY ("certificateId") REFERENCES "certificate"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_appId_fkey" FOREIGN KEY ("appId") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "acme_account" ADD CONSTRAINT "acme_account_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificate_order" ADD CONSTRAINT "certificate_order_appId_fkey" FOREIGN KEY ("appId") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;
