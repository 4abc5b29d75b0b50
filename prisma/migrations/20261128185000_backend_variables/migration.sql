-- CreateTable
CREATE TABLE "backend_variable" (
    "id" TEXT NOT NULL,
    "backendId" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "valueCipher" TEXT NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "backend_variable_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "backend_variable_backendId_key_key" ON "backend_variable"("backendId", "key");

-- AddForeignKey
ALTER TABLE "backend_variable" ADD CONSTRAINT "backend_variable_backendId_fkey" FOREIGN KEY ("backendId") REFERENCES "backend"("id") ON DELETE CASCADE ON UPDATE CASCADE;
