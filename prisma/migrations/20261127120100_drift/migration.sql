-- CreateTable
CREATE TABLE "drift" (
    "id" TEXT NOT NULL,
    "appId" TEXT NOT NULL,
    "serverId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "generation" INTEGER,
    "expected" TEXT,
    "actual" TEXT,
    "foundAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolvedAt" TIMESTAMP(3),

    CONSTRAINT "drift_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "drift_appId_resolvedAt_idx" ON "drift"("appId", "resolvedAt");

-- CreateIndex
CREATE INDEX "drift_serverId_resolvedAt_idx" ON "drift"("serverId", "resolvedAt");

-- AddForeignKey
ALTER TABLE "drift" ADD CONSTRAINT "drift_appId_fkey" FOREIGN KEY ("appId") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "drift" ADD CONSTRAINT "drift_serverId_fkey" FOREIGN KEY ("serverId") REFERENCES "server"("id") ON DELETE CASCADE ON UPDATE CASCADE;
