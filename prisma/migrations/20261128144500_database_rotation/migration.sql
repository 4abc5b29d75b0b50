-- AlterTable
ALTER TABLE "app" ADD COLUMN     "databaseFormerPasswordCipher" TEXT,
ADD COLUMN     "databaseFormerTls" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "databasePasswordSetAt" TIMESTAMP(3),
ADD COLUMN     "databaseTls" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "databaseTurn" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "release" ADD COLUMN     "databaseTurn" INTEGER NOT NULL DEFAULT 0;
