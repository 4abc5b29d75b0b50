-- CreateTable
CREATE TABLE "redis" (
    "appId" TEXT NOT NULL,
    "memoryMib" INTEGER NOT NULL,
    "policy" TEXT NOT NULL,
    "passwordCipher" TEXT NOT NULL,
    "leaving" BOOLEAN NOT NULL DEFAULT false,
    "placedAt" TIMESTAMP(3),
    "setAt" TIMESTAMP(3) NOT NULL,
    "seen" JSONB,
    "seenAt" TIMESTAMP(3),

    CONSTRAINT "redis_pkey" PRIMARY KEY ("appId")
);

-- AddForeignKey
ALTER TABLE "redis" ADD CONSTRAINT "redis_appId_fkey" FOREIGN KEY ("appId") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;
