// Claudia's AWS SDK knows no variable for the endpoint. Loaded before it with `node --require`.
const sdk = require(process.env.CLAUDIA_MODULES + "/aws-sdk");
sdk.config.update({ endpoint: process.env.AWS_ENDPOINT_URL });
