-- CreateTable
CREATE TABLE "hosted_database" (
    "appId" TEXT NOT NULL,
    "engine" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "user" TEXT NOT NULL,
    "passwordCipher" TEXT NOT NULL,
    "tls" TEXT NOT NULL,
    "authority" TEXT,
    "setAt" TIMESTAMP(3) NOT NULL,
    "checks" JSONB,
    "checkedAt" TIMESTAMP(3),

    CONSTRAINT "hosted_database_pkey" PRIMARY KEY ("appId")
);

-- AddForeignKey
ALTER TABLE "hosted_database" ADD CONSTRAINT "hosted_database_appId_fkey" FOREIGN KEY ("appId") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;
