-- AlterTable
ALTER TABLE "app" ADD COLUMN     "rolloutBatch" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "rolloutFailure" TEXT NOT NULL DEFAULT 'put-back',
ADD COLUMN     "rolloutFloor" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "rolloutRise" INTEGER NOT NULL DEFAULT 2;

-- AlterTable
ALTER TABLE "release" ADD COLUMN     "replaces" JSONB;
