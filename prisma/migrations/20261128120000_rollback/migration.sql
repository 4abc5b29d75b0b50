-- AlterTable
ALTER TABLE "deployment" ADD COLUMN     "rebuild" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "rollbackToId" TEXT;

-- AlterTable
ALTER TABLE "release" ADD COLUMN     "buildId" TEXT,
ADD COLUMN     "buildKey" TEXT,
ADD COLUMN     "prunedAt" TIMESTAMP(3),
ADD COLUMN     "runKey" TEXT;

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_rollbackToId_fkey" FOREIGN KEY ("rollbackToId") REFERENCES "deployment"("id") ON DELETE SET NULL ON UPDATE CASCADE;
