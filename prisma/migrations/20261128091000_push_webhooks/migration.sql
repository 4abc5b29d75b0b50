-- CreateTable
CREATE TABLE "webhook" (
    "id" TEXT NOT NULL,
    "appId" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "secretCipher" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "webhook_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "push_delivery" (
    "id" TEXT NOT NULL,
    "appId" TEXT NOT NULL,
    "host" TEXT,
    "key" TEXT,
    "digest" TEXT,
    "outcome" TEXT NOT NULL,
    "ref" TEXT,
    "commit" TEXT,
    "operationId" TEXT,
    "receivedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "push_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "webhook_appId_key" ON "webhook"("appId");

-- CreateIndex
CREATE INDEX "push_delivery_appId_receivedAt_idx" ON "push_delivery"("appId", "receivedAt");

-- CreateIndex
CREATE UNIQUE INDEX "push_delivery_appId_key_key" ON "push_delivery"("appId", "key");

-- CreateIndex
CREATE UNIQUE INDEX "push_delivery_appId_digest_key" ON "push_delivery"("appId", "digest");

-- AddForeignKey
ALTER TABLE "webhook" ADD CONSTRAINT "webhook_appId_fkey" FOREIGN KEY ("appId") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "push_delivery" ADD CONSTRAINT "push_delivery_appId_fkey" FOREIGN KEY ("appId") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;
