//! What hands apps their environment, with values planted wherever one can stand, and where a name should.

/// `@` stands for the canary, `~` for an `@`.
pub(crate) const FILES: &[(&str, &str)] = &[
    (
        ".github/workflows/deploy.yml",
        "# @\nname: \"@\"\non: { push: { branches: [main] } }\nenv:\n  A: @\n  \"B=@\": x\n  NEXT_PUBLIC_TOKEN: ${{ secrets.TOKEN || '@' }}\njobs:\n  deploy:\n    environment: production\n    runs-on: ubuntu-latest\n    env:\n      DB_PASSWORD: '@'\n    services:\n      db: { image: \"postgres:16\", env: { POSTGRES_PASSWORD: @ } }\n    steps:\n      - uses: actions/checkout~v4\n      - run: |\n          export A=@ # @\n          echo \"C=@\" >> $GITHUB_ENV\n          echo D=@ >> .env.production\n          gcloud run deploy web --image eu.gcr.io/p/web --set-env-vars \"^,^A=@,SESSION_SECRET=@,B=${A}@\" --update-secrets=E=e:3 --labels x=@\n          docker build --build-arg TOKEN=@ --build-arg \"API_SECRET=@\" --secret id=npm,env=@ -t web .\n          docker run -e A=@ -e \"DB_PASSWORD=@\" web @\n          terraform apply -var 'db_password=@' -var=\"x=@\" -var-file=prod.tfvars\n          kubectl create secret generic s --from-literal=A=@\n          kubectl set env deploy/web SESSION_SECRET=@\n          helm upgrade web ./chart --set env.A=@ --set-string secret.b=@\n          fly secrets set API_SECRET=@\n          vercel env add X production <<< @\n          railway variables --set \"A=@\"\n          curl -H \"Authorization: Bearer @\" https://u:@~h/\n      - uses: google-github-actions/deploy-cloudrun~v2\n        with:\n          service: web\n          env_vars: |\n            A=@\n            SESSION_SECRET=@\n            @\n          secrets: |\n            B=@\n            @\n      - uses: docker/build-push-action~v6\n        with: { context: ., build-args: \"TOKEN=@\", secrets: \"npm=@\", secret-envs: \"a=@\" }\n      - shell: pwsh\n        run: |\n          $env:A = \"@\"\n          \"B=@\" >> $env:GITHUB_ENV\n",
    ),
    (
        ".gitlab-ci.yml",
        "# @\nvariables:\n  A: @\n  \"B=@\": x\n  C: { value: \"@\", description: \"@\" }\ndeploy:\n  stage: deploy\n  environment: production\n  variables: { SESSION_SECRET: @ }\n  script:\n    - export A=@\n    - docker run -e A=@ -e SESSION_SECRET web @\n    - gcloud run deploy web --image x/web --set-env-vars A=@,SESSION_SECRET=$SESSION_SECRET\n    - \"curl -u a:@ https://h/@\"\n",
    ),
    (
        "cloudbuild.yaml",
        "# @\nsteps:\n  - name: gcr.io/cloud-builders/docker\n    args: [build, --build-arg, \"TOKEN=@\", -t, web, .]\n    env: [\"A=@\", \"@\"]\n  - name: gcr.io/google.com/cloudsdktool/cloud-sdk\n    entrypoint: bash\n    args: [\"-c\", \"gcloud run deploy web --image x/web --set-env-vars=A=@,SESSION_SECRET=${_S}\"]\nsubstitutions: { _S: \"@\", \"_T=@\": x }\navailableSecrets:\n  secretManager: [{ versionName: projects/p/secrets/a/versions/@, env: \"A=@\" }]\n",
    ),
    (
        "infra/main.tf",
        "# @\nvariable \"db_password\" {\n  type = string\n  description = \"@\"\n  default = \"@\" # @\n}\nvariable \"sensitive\" {\n  sensitive = true\n}\nvariable \"n\" {\n  type = number\n  default = \"@\"\n}\nlocals {\n  env = { A = \"@\", \"B=@\" = \"x\", SESSION_SECRET = \"${var.db_password}-@\", C = <<-X\n    @\n    X\n  }\n}\nresource \"google_cloud_run_v2_service\" \"web\" {\n  name = \"web\"\n  template {\n    containers {\n      image = \"eu.gcr.io/p/web:@\"\n      args = [\"@\"]\n      dynamic \"env\" {\n        for_each = local.env\n        content {\n          name = env.key\n          value = env.value\n        }\n      }\n      env {\n        name = \"API_SECRET\"\n        value = \"@\"\n      }\n      env {\n        name = \"D=@\"\n        value = var.sensitive\n      }\n      env {\n        name = \"E\"\n        value_source {\n          secret_key_ref {\n            secret = \"e\"\n            version = \"3\"\n          }\n        }\n      }\n    }\n  }\n}\nresource \"google_secret_manager_secret_version\" \"a\" {\n  secret = \"a\"\n  secret_data = \"@\"\n}\nresource \"aws_ecs_task_definition\" \"t\" {\n  family = \"web\"\n  container_definitions = jsonencode([{ name = \"web\", image = \"x/web\", environment = [{ name = \"DB_PASSWORD\", value = \"@\" }], secrets = [{ name = \"A\", valueFrom = \"@\" }] }])\n}\nresource \"aws_lambda_function\" \"l\" {\n  function_name = \"l\"\n  environment {\n    variables = { STRIPE_SECRET_KEY = \"@\", PLAIN = upper(\"@\") }\n  }\n}\nmodule \"m\" {\n  source = \"git::https://u:@~h/m.git\"\n  env_vars = { API_SECRET = \"@\" }\n}\n",
    ),
    (
        "infra/json/main.tf.json",
        "{\n  \"//\": \"@\",\n  \"variable\": { \"p\": { \"type\": \"string\", \"default\": \"@\" } },\n  \"resource\": { \"google_cloud_run_v2_service\": { \"web\": { \"name\": \"web\", \"template\": { \"containers\": { \"image\": \"x/web\", \"env\": [ { \"name\": \"API_SECRET\", \"value\": \"@\" }, { \"name\": \"B=@\", \"value\": \"${var.p}@\" } ] } } } } }\n}\n",
    ),
    (
        "infra/production.tfvars",
        "# @\ndb_password = \"@\" # @\nundeclared = \"@\"\nn = \"@\"\nenv = {\n  \"A=@\" = \"@\"\n  B = <<X\n@\nX\n}\nlist = [\"@\", @]\n",
    ),
    (
        "infra/terraform.tfvars.json",
        "{ \"db_password\": \"@\", \"undeclared\": [\"@\", { \"k\": \"@\" }], \"n\": \"@\" }\n",
    ),
    (
        "k8s/app.yaml",
        "# @\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, annotations: { a: \"@\" } }\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: x/web\n          args: [\"--token=@\"]\n          env:\n            - { name: SESSION_SECRET, value: \"@\" }\n            - { name: \"A=@\", value: x }\n            - { name: PORT, value: 3000 }\n            - { name: URL, value: \"https://$(SESSION_SECRET):@~h\" }\n            - \"B=@\"\n            - { \"C=@\": x }\n            - { name: D, valueFrom: { secretKeyRef: { name: s, key: \"@\" } } }\n          envFrom: [{ configMapRef: { name: c } }, { secretRef: { name: s } }]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { A: \"@\", \"B=@\": x, DB_PASSWORD: \"@\", f.env: \"A=@\\n\" }\n---\napiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { A: \"@\", \"B=@\": x }\ndata: { C: \"@\" }\n",
    ),
    (
        "k8s/kustomization.yaml",
        "# @\nresources: [app.yaml]\nconfigMapGenerator:\n  - name: g\n    literals: [\"A=@\", \"@\", \"SESSION_SECRET=@\"]\nsecretGenerator:\n  - { name: h, literals: [\"A=@\"], envs: [\"h.env\"] }\npatches:\n  - target: { kind: Deployment }\n    patch: |-\n      - { op: add, path: /spec/template/spec/containers/0/env/-, value: { name: API_SECRET, value: \"@\" } }\n",
    ),
    ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\ndescription: \"@\"\n"),
    (
        "chart/values.yaml",
        "# @\nenv:\n  A: \"@\"\n  SESSION_SECRET: \"@\"\n  \"B=@\": x\nextraEnv:\n  - { name: DB_PASSWORD, value: \"@\" }\n",
    ),
    (
        "service.yaml",
        "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n      containers:\n        - image: x/web\n          env:\n            - { name: SESSION_SECRET, value: \"@\" }\n            - { name: A, valueFrom: { secretKeyRef: { name: a, key: \"3\" } } }\n",
    ),
    (
        "fly.toml",
        "# @\napp = \"web\"\n[build.args]\nTOKEN = \"@\"\n[env]\nA = \"@\"\nSESSION_SECRET = \"@\"\n\"B=@\" = \"x\"\n",
    ),
    (
        "vercel.json",
        "{ \"name\": \"web\", \"env\": { \"A\": \"@\", \"SESSION_SECRET\": \"@\", \"B=@\": \"x\" }, \"build\": { \"env\": { \"C\": \"@\" } } }\n",
    ),
    (
        "netlify.toml",
        "[build.environment]\nA = \"@\"\nSESSION_SECRET = \"@\"\n[context.production.environment]\n\"B=@\" = \"@\"\n",
    ),
    (
        "wrangler.toml",
        "name = \"web\"\n[vars]\nA = \"@\"\nSESSION_SECRET = \"@\"\n\"B=@\" = \"x\"\nC = { a = \"@\" }\n",
    ),
    (
        "render.yaml",
        "services:\n  - type: web\n    name: web\n    envVars:\n      - { key: SESSION_SECRET, value: \"@\" }\n      - { key: \"A=@\", value: x }\n      - B=@\n      - { key: C, fromDatabase: { name: \"@\" } }\n",
    ),
    (
        "app.yaml",
        "runtime: nodejs22\nenv_variables:\n  A: \"@\"\n  SESSION_SECRET: \"@\"\n  \"B=@\": x\nbuild_env_variables: { C: \"@\" }\n",
    ),
    ("railway.toml", "[deploy]\nstartCommand = \"A=@ node @\"\n"),
    (
        "web.service",
        "# @\n[Service]\nEnvironment=A=@ \"SESSION_SECRET=@ @\" @\nEnvironment=\"B=@\nEnvironmentFile=-/etc/@/web.env\nExecStart=/usr/bin/web --token=@\nPassEnvironment=C=@\n",
    ),
    ("Procfile", "web: A=@ node server.js --token @\nrelease: DB_PASSWORD='@' rake\n"),
    (
        "Makefile",
        "# @\nA = @\nexport SESSION_SECRET := @\ndeploy:\n\tA=@ gcloud run deploy web --image x/web --set-env-vars SESSION_SECRET=@,B=$(A)\n\tdocker run --env-file .env.@ -e C=@ web\n",
    ),
    ("justfile", "export A := \"@\"\ndeploy token=\"@\":\n    DB_PASSWORD=@ fly secrets set API_SECRET=@\n"),
    ("turbo.json", "{ \"globalEnv\": [\"A=@\", \"@\"], \"tasks\": { \"build\": { \"env\": [\"B=@\"] } } }\n"),
    (
        "docker-bake.hcl",
        "variable \"TOKEN\" {\n  default = \"@\"\n}\ntarget \"web\" {\n  context = \".\"\n  args = {\n    API_SECRET = \"@\"\n    \"B=@\" = TOKEN\n  }\n  secret = [\"id=npm,env=@\"]\n}\n",
    ),
    (
        "task-definition.json",
        "{ \"family\": \"web\", \"containerDefinitions\": [ { \"name\": \"web\", \"image\": \"x/web\", \"environment\": [ { \"name\": \"SESSION_SECRET\", \"value\": \"@\" }, { \"name\": \"B=@\", \"value\": \"@\" } ], \"secrets\": [ { \"name\": \"A\", \"valueFrom\": \"@\" } ] } ] }\n",
    ),
    (
        "package.json",
        "{ \"name\": \"web\", \"scripts\": { \"start\": \"A=@ next start\", \"deploy\": \"vercel --env A=@ --build-env SESSION_SECRET=@ && fly secrets set A=@\" }, \"dependencies\": { \"next\": \"15\" } }\n",
    ),
    ("next.config.js", "module.exports = { env: { A: '@' } } // @\n"),
    (
        "Dockerfile",
        "FROM node:22 AS build\nARG TOKEN=@\nARG B=@\nENV \"C=@\" @\nRUN --mount=type=secret,id=npm,env=@ A=@ npm run build\nRUN echo \"D=@\" > .env && export E=@\nCOPY .env.production .\nENTRYPOINT [\"sh\", \"-c\", \"A=@ exec node @\"]\n",
    ),
    (
        "env.schema.toml",
        "[server]\nSESSION_SECRET = { secret = true }\nA = {}\nDB_PASSWORD = { secret = true }\n[client]\nNEXT_PUBLIC_TOKEN = {}\n",
    ),
    ("github-secrets.json", "[{\"name\":\"A=@\",\"updatedAt\":\"@\"},{\"name\":\"TOKEN\",\"value\":\"@\"}]\n"),
];

/// What is broken in another way than by being cut or damaged: a value where a name, a path or a reference should be.
pub(crate) const MISPLACED: &[(&str, &str)] = &[
    (
        "compose.yml",
        "services:\n  web:\n    build: .\n    environment:\n      DB_PASSWORD=@:\n      \"API_TOKEN=@\": x\n  api:\n    build: .\n    environment:\n      - name: DB_PASSWORD=@\n      - TOKEN=@: and more\n      - A=@:\n    env_file:\n      - SESSION_SECRET=@\n  job:\n    environment: A=@\n    env_file: { path: B=@ }\n    build: { args: [\"A=@: x\", { \"B=@\": y }] }\n",
    ),
    (".env", "DB @\nexport PASS @=1\nP:@\n=@\nA B=@\n\"C=@\"=x\n"),
    ("env.schema.toml", "[server]\n\"A=@\" = {}\nB=@\nC = @\n[client.\"D=@\"]\n"),
    ("package.json", "{ \"name\": \"web\" }\n"),
];
